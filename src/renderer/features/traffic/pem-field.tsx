import { Textarea } from '@mantine/core';
import { useRef, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';

const characters = 200_000;

/** A certificate or a key: pasted, or of a file. */
export function PemField(props: {
  readonly name: 'ca' | 'certificate' | 'key';
  readonly value: string;
  /** One is kept already, and not shown. */
  readonly kept?: boolean;
  onChange: (pem: string) => void;
}): ReactElement {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const label = t(`traffic.profiles.fields.${props.name}`);
  return (
    <div className="pem-field">
      <Textarea
        label={label}
        description={t(`traffic.profiles.pem.${props.name}`)}
        placeholder={props.kept === true ? t('traffic.profiles.keptSecret') : '-----BEGIN …'}
        classNames={{ input: 'mono' }}
        value={props.value}
        maxLength={characters}
        autosize
        minRows={2}
        maxRows={6}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => props.onChange(event.target.value)}
      />
      <button type="button" className="button quiet" onClick={() => input.current?.click()}>
        {t('traffic.profiles.fromFile', { what: label })}
      </button>
      <input
        ref={input}
        type="file"
        accept=".pem,.crt,.cer,.key,.txt"
        className="visually-hidden"
        tabIndex={-1}
        aria-label={t('traffic.profiles.fromFile', { what: label })}
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = '';
          if (file !== undefined) void file.text().then((text) => props.onChange(text.slice(0, characters)));
        }}
      />
    </div>
  );
}
