import { useEffect, useRef, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { BoardEvent } from '../../../shared/contract/ports.ts';
import { logLevel, type LogLevel } from './lane-words.ts';

export interface ShownLine {
  readonly seq: number;
  readonly timeMs: number;
  readonly text: string;
  readonly level?: LogLevel | null;
  readonly events?: readonly BoardEvent[];
}

const nearBottom = 40;

/** `09:42:16.904`, local time. */
export function logTime(epochMs: number): string {
  const time = new Date(epochMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

/** Raw lines with the colour of their level, and below a line what it means; stays at the end while one is there. */
export function LogLines(props: {
  readonly lines: readonly ShownLine[];
  readonly label: string;
  readonly empty: string;
  readonly timestamps: boolean;
}): ReactElement {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    const element = box.current;
    if (element !== null && atEnd.current) element.scrollTop = element.scrollHeight;
  }, [props.lines]);
  return (
    // Focusable, so that the keyboard can scroll it. Not announced line by line: boards talk too much.
    <div
      className="board-log"
      ref={box}
      role="log"
      aria-live="off"
      aria-label={props.label}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onScroll={({ currentTarget }) => {
        atEnd.current =
          currentTarget.scrollHeight - currentTarget.scrollTop - currentTarget.clientHeight < nearBottom;
      }}
    >
      {props.lines.length === 0 ? <p className="hint">{props.empty}</p> : null}
      {props.lines.map((line) => (
        <div key={line.seq} className={`level-${line.level ?? logLevel(line.text) ?? 'none'}`}>
          {props.timestamps ? <span className="log-time">{logTime(line.timeMs)}</span> : null}
          <span>{line.text}</span>
          {(line.events ?? []).map((event) => (
            <span key={event.id} className={`log-event ${event.severity}`}>
              {t(event.key, event.data)}
            </span>
          ))}
        </div>
      ))}
    </div>
  );
}
