import { useMemo, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../../components/format.ts';
import { textDifference } from './text-difference.ts';
import { cutTo, visibleLines } from './visible-text.ts';

/** As many characters at a time: the browser lays all of them out. */
const step = 20_000;
const wasAtMost = 400;

/** The payload as text: what it is made of is shown, never done. */
export function TextView(props: {
  readonly text: string;
  /** The text before it, where it is another. */
  readonly before: string | undefined;
  readonly valid: boolean;
}): ReactElement {
  const { t } = useTranslation();
  const { text, before } = props;
  const [shown, setShown] = useState(step);
  const part = cutTo(text, shown);
  const difference = useMemo(
    () => (before === undefined ? undefined : textDifference(part, cutTo(before, shown))),
    [part, before, shown],
  );
  return (
    <>
      {props.valid ? null : <p className="hint traffic-note">{t('traffic.inspector.invalid')}</p>}
      {/* oxlint-disable jsx-a11y/no-noninteractive-tabindex -- the keyboard scrolls it */}
      <div
        className="payload-view text-view"
        role="region"
        aria-label={t('traffic.inspector.forms.text')}
        tabIndex={0}
      >
        <pre dir="auto">
          {difference === undefined ? (
            visibleLines(part)
          ) : (
            <>
              {visibleLines(difference.start)}
              <mark>{visibleLines(difference.own)}</mark>
              {visibleLines(difference.end)}
            </>
          )}
        </pre>
        {text.length > shown ? (
          <button type="button" className="button" onClick={() => setShown(shown + step)}>
            {t('traffic.inspector.more', {
              shown: formatNumber(shown),
              all: formatNumber(text.length),
            })}
          </button>
        ) : null}
        {difference === undefined || difference.was === '' ? null : (
          <p className="text-was secondary">
            {t('traffic.inspector.was', { value: '' })}
            <bdi>{visibleLines(cutTo(difference.was, wasAtMost))}</bdi>
          </p>
        )}
      </div>
    </>
  );
}
