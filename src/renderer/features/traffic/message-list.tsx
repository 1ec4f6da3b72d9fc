import { IconArrowUp } from '@tabler/icons-react';
import {
  memo,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  type KeyboardEvent,
  type ReactElement,
} from 'react';
import { useTranslation } from 'react-i18next';
import type { TrafficMessage } from '../../../shared/contract/traffic-messages.ts';
import { parseSensorTopic } from '../../../shared/domain/topics.ts';
import { formatNumber } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { clockTime } from './clock-time.ts';
import { payloadSummary } from './payload-summary.ts';
import { rowHeightNow } from './row-height.ts';
import { useTrafficUi } from './traffic-store.ts';
import { useDeviceNames } from './use-device-names.ts';
import type { Messages } from './use-message-feed.ts';
import { useWindow } from './use-window.ts';
import { topicEnd, visibleText } from './visible-text.ts';

/** Rows from the end at which the next page is asked for. */
const pageAhead = 20;
const topicLevels = 2;
const macEnd = 8;

/** Newest first. To move in it, or to choose of it, holds it; then it goes on to both sides without a gap. */
export function MessageList(props: {
  readonly messages: Messages;
  /** Where there is no row: why. */
  readonly empty: ReactElement;
}): ReactElement {
  const { t } = useTranslation();
  const grid = useId();
  const { rows, paused, newer, older, feed } = props.messages;
  const { selection, select, showPane } = useTrafficUi();
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = rowHeightNow();
  const { first, last, show, page } = useWindow(scroller, rows.length, rowHeight);
  const chosen = selection?.kind === 'message' ? selection.seq : null;
  const index = chosen === null ? -1 : rows.findIndex(({ seq }) => seq === chosen);
  useKeepPlace(scroller, rows, paused, rowHeight);
  useEffect(() => {
    if (!paused && scroller.current !== null) scroller.current.scrollTop = 0;
  }, [paused]);
  useEffect(() => {
    if (paused && older && last >= rows.length - pageAhead) void feed.showOlder();
  }, [feed, paused, older, last, rows.length]);
  const choose = (at: number): void => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, at))];
    if (row === undefined) return;
    void feed.pause();
    select({ kind: 'message', seq: row.seq });
    show(Math.max(0, Math.min(rows.length - 1, at)));
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const moves: Readonly<Record<string, () => void>> = {
      ArrowDown: () => choose(index + 1),
      ArrowUp: () => choose(index <= 0 ? 0 : index - 1),
      PageDown: () => choose(index + page),
      PageUp: () => choose(index - page),
      Home: () => choose(0),
      End: () => choose(rows.length - 1),
      Enter: () => showPane('message'),
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  };
  return (
    <div className="message-list">
      {paused && newer ? (
        <button type="button" className="button show-newer" onClick={() => void feed.showNewer()}>
          <IconArrowUp size={16} aria-hidden="true" />
          {t('traffic.list.newer')}
        </button>
      ) : null}
      <div
        className="traffic-scroll message-rows"
        ref={scroller}
        role="grid"
        aria-label={t('traffic.list.title')}
        aria-rowcount={rows.length + 1}
        // Not announced one by one.
        aria-live="off"
        tabIndex={0}
        {...(index < first || index >= last ? {} : { 'aria-activedescendant': `${grid}-${index}` })}
        onKeyDown={onKey}
        onScroll={({ currentTarget }) => {
          if (!paused && currentTarget.scrollTop > rowHeight) void feed.pause();
        }}
      >
        <div className="message-head" role="row" aria-rowindex={1}>
          {(['time', 'board', 'topic', 'payload', 'bytes'] as const).map((column) => (
            <span key={column} role="columnheader" className={`in-${column}`}>
              {t(`traffic.list.${column}`)}
            </span>
          ))}
        </div>
        {rows.length === 0 ? (
          <div role="row">
            <div role="gridcell">{props.empty}</div>
          </div>
        ) : (
          <div className="traffic-space" role="rowgroup" style={{ height: rows.length * rowHeight }}>
            {rows.slice(first, last).map((row, offset) => (
              <MessageRow
                // By place: live, every row of each look is another, and its elements serve again.
                key={paused ? row.seq : first + offset}
                id={`${grid}-${first + offset}`}
                row={row}
                at={first + offset}
                top={(first + offset) * rowHeight}
                selected={row.seq === chosen}
                onChoose={() => {
                  choose(first + offset);
                  showPane('message');
                }}
              />
            ))}
          </div>
        )}
      </div>
    </div>
  );
}

const MessageRow = memo(
  function MessageRow(props: {
    readonly id: string;
    readonly row: TrafficMessage;
    readonly at: number;
    readonly top: number;
    readonly selected: boolean;
    onChoose: () => void;
  }): ReactElement {
    const { t } = useTranslation();
    const { row } = props;
    const names = useDeviceNames();
    const sensor = parseSensorTopic(row.topic);
    const device = sensor === undefined ? undefined : names.of(sensor.mac);
    // The end of an address tells a board from the others; its channel stays in sight.
    const topic =
      sensor === undefined
        ? visibleText(topicEnd(row.topic, topicLevels)) + (row.topicCut ? '…' : '')
        : `…${sensor.mac.slice(-macEnd)}/${sensor.channel}`;
    return (
      // The list has the focus and takes the keys.
      // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
      <div
        id={props.id}
        role="row"
        tabIndex={-1}
        aria-rowindex={props.at + 2}
        aria-selected={props.selected}
        className={props.selected ? 'message-row selected' : 'message-row'}
        style={{ transform: `translateY(${props.top}px)` }}
        onClick={props.onChoose}
      >
        <span role="gridcell" className="in-time">
          {clockTime(row.timeMs)}
        </span>
        <span role="gridcell" className="in-board">
          {device === undefined ? null : device.unknown ? (
            <span className="unknown-device">
              <StatusGlyph kind="unknown" size={14} />
              {t('traffic.newDevice')}
            </span>
          ) : (
            <bdi>{device.label}</bdi>
          )}
        </span>
        <span role="gridcell" className="in-topic">
          <bdi title={visibleText(row.topic)}>{topic}</bdi>
        </span>
        <span role="gridcell" className="in-payload">
          {row.retain ? <span className="mark-retained">{t('traffic.retainedMark')}</span> : null}
          <bdi className={row.form === 'binary' ? 'mono' : ''}>
            {payloadSummary(row, { empty: t('traffic.emptyPayload') })}
            {row.previewCut ? '…' : ''}
          </bdi>
        </span>
        <span role="gridcell" className="in-bytes">
          {formatNumber(row.bytes)}
        </span>
      </div>
    );
  },
  (before, after) =>
    before.row.seq === after.row.seq &&
    before.at === after.at &&
    before.top === after.top &&
    before.selected === after.selected,
);

/** What is under the eye stays there when rows come above it. */
function useKeepPlace(
  scroller: { readonly current: HTMLElement | null },
  rows: readonly TrafficMessage[],
  paused: boolean,
  rowHeight: number,
): void {
  const before = useRef({ rows, paused });
  useLayoutEffect(() => {
    const was = before.current;
    before.current = { rows, paused };
    const { current } = scroller;
    if (current === null || !paused || was.rows === rows) return;
    // The row that stood at the top edge.
    const topRow = was.rows[Math.floor(current.scrollTop / rowHeight)];
    if (topRow === undefined) return;
    const now = rows.findIndex(({ seq }) => seq <= topRow.seq);
    const then = was.rows.indexOf(topRow);
    if (now > -1 && now !== then) current.scrollBy({ top: (now - then) * rowHeight });
  }, [scroller, rows, paused, rowHeight]);
}
