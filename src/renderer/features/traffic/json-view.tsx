import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useRef, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { JsonLine, JsonLines } from './json-lines.ts';
import { useWindow } from './use-window.ts';

const lineHeight = 24;
const indent = 2;
const indentAtMost = 20;
const marks = { same: '', changed: '±', added: '+', gone: '−' } as const;

/** Line by line, foldable, what changed is marked; a number can be drawn over time. */
export function JsonView(props: {
  readonly json: JsonLines;
  readonly field: string | null;
  onField: (path: string) => void;
  onFold: (path: string) => void;
}): ReactElement {
  const { t } = useTranslation();
  const { lines, cut } = props.json;
  const scroller = useRef<HTMLDivElement>(null);
  const { first, last } = useWindow(scroller, lines.length, lineHeight);
  return (
    <>
      {/* oxlint-disable jsx-a11y/no-noninteractive-tabindex -- the keyboard scrolls it */}
      <div
        className="payload-view json-view"
        ref={scroller}
        role="region"
        aria-label={t('traffic.inspector.forms.json')}
        tabIndex={0}
      >
        <div className="traffic-space" style={{ height: lines.length * lineHeight }}>
          {lines.slice(first, last).map((line, offset) => (
            <Line
              // By place: live, the values change under the eye.
              key={first + offset}
              line={line}
              top={(first + offset) * lineHeight}
              charted={line.number && line.path === props.field}
              onField={props.onField}
              onFold={props.onFold}
            />
          ))}
        </div>
      </div>
      {cut ? <p className="hint traffic-note">{t('traffic.inspector.deep')}</p> : null}
    </>
  );
}

function Line(props: {
  readonly line: JsonLine;
  readonly top: number;
  readonly charted: boolean;
  onField: (path: string) => void;
  onFold: (path: string) => void;
}): ReactElement {
  const { t } = useTranslation();
  const { line } = props;
  const foldable = line.kind === 'open' || line.kind === 'closed';
  return (
    <div className={`json-line is-${line.change}`} style={{ transform: `translateY(${props.top}px)` }}>
      <span className="json-mark" aria-hidden="true">
        {marks[line.change]}
      </span>
      {line.change === 'same' ? null : (
        <span className="visually-hidden">{t(`traffic.inspector.change.${line.change}`)}</span>
      )}
      <span className="json-text">
        {'\u00A0'.repeat(Math.min(line.depth, indentAtMost) * indent)}
        {foldable ? (
          <button
            type="button"
            className="json-fold"
            aria-expanded={line.kind === 'open'}
            aria-label={t('traffic.inspector.fold', { name: line.name ?? line.text, count: line.members })}
            onClick={() => props.onFold(line.path)}
          >
            {line.kind === 'open' ? (
              <IconChevronDown size={14} aria-hidden="true" />
            ) : (
              <IconChevronRight size={14} aria-hidden="true" />
            )}
          </button>
        ) : null}
        {line.name === null ? null : (
          <>
            <bdi>{line.name}</bdi>:{' '}
          </>
        )}
        {line.number ? (
          <button
            type="button"
            className="json-number"
            aria-pressed={props.charted}
            title={t('traffic.inspector.chart')}
            onClick={() => props.onField(line.path)}
          >
            {line.text}
          </button>
        ) : (
          <bdi className={line.kind === 'value' ? 'json-value' : ''}>{line.text}</bdi>
        )}
        {line.comma ? ',' : ''}
      </span>
      {line.was === null ? null : (
        <span className="json-was">
          {t('traffic.inspector.was', { value: '' })}
          <bdi>{line.was}</bdi>
        </span>
      )}
    </div>
  );
}
