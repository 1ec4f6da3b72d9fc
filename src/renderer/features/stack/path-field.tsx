import { TextInput } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { isFullPath } from './stack-words.ts';

/** A full path on the machine of the application, and one button that does something with it. */
export function PathField(props: {
  readonly label: string;
  readonly example: string;
  readonly action: string;
  readonly disabled?: boolean;
  onTake: (path: string) => void;
}): ReactElement {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const path = text.trim();
  const bad = path !== '' && !isFullPath(path);
  const take = (): void => {
    if (path !== '' && !bad && props.disabled !== true) props.onTake(path);
  };
  return (
    <div className="path-field">
      <TextInput
        label={props.label}
        placeholder={props.example}
        value={text}
        maxLength={4096}
        error={bad ? t('stackPage.pathBad', { example: props.example }) : null}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === 'Enter' && take()}
      />
      <button
        type="button"
        className="button"
        disabled={path === '' || bad || props.disabled === true}
        onClick={take}
      >
        {props.action}
      </button>
    </div>
  );
}
