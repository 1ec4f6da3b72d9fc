import { NumberInput } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';

/** A whole number that is taken over on Enter or on leaving the field, and only when it is a good one. */
export function NumberField(props: {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** What is wrong with a number within the range; `null` where nothing is. */
  refuse?: (value: number) => string | null;
  onChange: (value: number) => void;
}): ReactElement {
  const { t } = useTranslation();
  const { value, min, max } = props;
  const [text, setText] = useState<string | number>(value);
  const [shown, setShown] = useState(value);
  if (shown !== value) {
    setShown(value);
    setText(value);
  }
  const number = text === '' ? Number.NaN : Number(text);
  const error =
    !Number.isInteger(number) || number < min || number > max
      ? t('stack.between', { min, max })
      : (props.refuse?.(number) ?? null);
  const take = (): void => {
    if (error === null && number !== value) props.onChange(number);
  };
  return (
    <NumberInput
      label={props.label}
      value={text}
      hideControls
      error={error}
      onChange={setText}
      onBlur={take}
      onKeyDown={(event) => event.key === 'Enter' && take()}
    />
  );
}

/** A port of this machine, 1 to 65535, that none of our other listeners has. */
export function PortField(props: {
  readonly label: string;
  readonly value: number;
  readonly others: readonly number[];
  onChange: (port: number) => void;
}): ReactElement {
  const { t } = useTranslation();
  const { label, value, others, onChange } = props;
  return (
    <NumberField
      label={label}
      value={value}
      min={1}
      max={65_535}
      refuse={(port) => (others.includes(port) ? t('settings.ports.twice') : null)}
      onChange={onChange}
    />
  );
}
