import { IconSearch, IconX } from '@tabler/icons-react';
import { useEffect, useId, useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';

/** Keys that follow each other so closely are taken together. */
const restMs = 40;

/**
 * A field whose text is taken over at once, in a hurry shortly after the last key, and always with Enter; Escape empties
 * it.
 */
export function FilterInput(props: {
  readonly label: string;
  readonly value: string;
  readonly maxLength: number;
  readonly className?: string;
  readonly mono?: boolean;
  readonly placeholder?: string;
  readonly icon?: ReactElement;
  /** Where the key `/` goes. */
  readonly focusKey?: string;
  readonly error?: string | null;
  onChange: (text: string) => void;
}): ReactElement {
  const { t } = useTranslation();
  const id = useId();
  const { value, onChange } = props;
  const [text, setText] = useState(value);
  const [shown, setShown] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const lastKeyMs = useRef(Number.NEGATIVE_INFINITY);
  if (shown !== value) {
    setShown(value);
    setText(value);
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  const take = (next: string): void => {
    clearTimeout(timer.current);
    if (next !== value) onChange(next);
  };
  const type = (next: string): void => {
    setText(next);
    const nowMs = performance.now();
    const hurried = nowMs - lastKeyMs.current < restMs;
    lastKeyMs.current = nowMs;
    clearTimeout(timer.current);
    if (hurried) timer.current = setTimeout(() => take(next), restMs);
    else take(next);
  };
  const error = props.error ?? null;
  return (
    <div className={`traffic-field ${props.className ?? ''}`}>
      <div className={error === null ? 'filter-field' : 'filter-field wrong'}>
        {props.icon ?? <IconSearch size={16} aria-hidden="true" />}
        <input
          id={id}
          type="text"
          className={props.mono === true ? 'mono' : ''}
          aria-label={props.label}
          placeholder={props.placeholder ?? props.label}
          aria-invalid={error !== null}
          {...(error === null ? {} : { 'aria-describedby': `${id}-error` })}
          {...(props.focusKey === undefined ? {} : { 'data-focus-key': props.focusKey })}
          value={text}
          maxLength={props.maxLength}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => type(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') take(text);
            if (event.key !== 'Escape') return;
            setText('');
            take('');
          }}
        />
        {text === '' ? null : (
          <button
            type="button"
            className="clear-field"
            aria-label={t('traffic.clearField', { field: props.label })}
            onClick={() => {
              setText('');
              take('');
            }}
          >
            <IconX size={16} aria-hidden="true" />
          </button>
        )}
      </div>
      {error === null ? null : (
        <p id={`${id}-error`} className="field-error bad">
          {error}
        </p>
      )}
    </div>
  );
}
