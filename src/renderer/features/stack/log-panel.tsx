import { SegmentedControl, TextInput } from '@mantine/core';
import { IconDownload, IconPlayerPause, IconPlayerPlay, IconSearch } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState, type ReactElement, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { logTime } from '../provision/log-lines.tsx';
import { saveFile } from '../../components/save-file.ts';
import type { PanelLine } from './log-buffer.ts';
import { useLogFeed, type LogPull } from './use-log-feed.ts';
import './log-panel.css';

const rowHeight = 24;
const everything = 'all';

/** The log of the stack, newest line first: lines beyond the window are not drawn, whatever comes in. */
export function LogPanel(props: {
  readonly pull: LogPull;
  readonly sources: readonly { readonly name: string; readonly label: string }[];
  readonly fileName: string;
}): ReactElement {
  const { t } = useTranslation();
  const { buffer, redraw } = useLogFeed(props.pull);
  const [source, setSource] = useState(everything);
  const [search, setSearch] = useState('');
  const [paused, setPaused] = useState(false);
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    buffer.filter({ source: source === everything ? '' : source, search });
    redraw();
    // oxlint-disable-next-line react/exhaustive-deps
  }, [buffer, source, search, props.pull]);
  const pause = (): void => {
    buffer.freeze();
    setPaused(true);
  };
  const follow = (): void => {
    buffer.thaw();
    setPaused(false);
    if (scroller.current !== null) scroller.current.scrollTop = 0;
  };
  const labels = new Map(props.sources.map(({ name, label }) => [name, label]));
  const save = (): void => saveFile({ fileName: props.fileName, file: asFile(buffer.oldestFirst()) });
  return (
    <section className="log-panel" aria-labelledby="log-title">
      <div className="log-head">
        <h2 id="log-title">{t('stack.log')}</h2>
        <SegmentedControl
          aria-label={t('stackPage.log.source')}
          value={source}
          data={[
            { value: everything, label: t('stack.sources.all') },
            ...props.sources.map(({ name, label }) => ({ value: name, label })),
          ]}
          onChange={setSource}
        />
        <div className="log-tools">
          <TextInput
            className="log-search"
            aria-label={t('stackPage.log.search')}
            placeholder={t('stackPage.log.search')}
            leftSection={<IconSearch size={16} aria-hidden="true" />}
            value={search}
            maxLength={200}
            onChange={(event) => setSearch(event.target.value)}
            onKeyDown={(event) => event.key === 'Escape' && setSearch('')}
          />
          <button type="button" className="button" aria-pressed={!paused} onClick={paused ? follow : pause}>
            {paused ? (
              <IconPlayerPlay size={16} aria-hidden="true" />
            ) : (
              <IconPlayerPause size={16} aria-hidden="true" />
            )}
            {t(paused ? 'stackPage.log.follow' : 'stackPage.log.following')}
          </button>
          <button
            type="button"
            className="icon-button"
            aria-label={t('stackPage.log.save')}
            title={t('stackPage.log.save')}
            disabled={buffer.shown === 0}
            onClick={save}
          >
            <IconDownload size={20} aria-hidden="true" />
          </button>
        </div>
      </div>
      <p className="log-count secondary">
        {t('stackPage.log.count', { shown: formatNumber(buffer.shown), kept: formatNumber(buffer.size) })}
        {paused && buffer.waiting > 0
          ? ` · ${t('stackPage.log.waiting', { lines: formatNumber(buffer.waiting) })}`
          : ''}
      </p>
      <LogRows
        count={buffer.shown}
        at={(index) => buffer.at(index)}
        labelOf={(name) => labels.get(name) ?? name}
        empty={t(buffer.size === 0 ? 'stack.logEmpty' : 'stackPage.log.nothing')}
        scroller={scroller}
        onLeaveTop={() => {
          if (!paused) pause();
        }}
      />
    </section>
  );
}

/** Scrolling away from the newest line stops following; the lines under the eye stay where they are. */
function LogRows(props: {
  readonly count: number;
  at: (index: number) => PanelLine | undefined;
  labelOf: (source: string) => string;
  readonly empty: string;
  readonly scroller: RefObject<HTMLDivElement | null>;
  onLeaveTop: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const rows = useVirtualizer({
    count: props.count,
    getScrollElement: () => props.scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  return (
    <div
      className="log-rows"
      ref={props.scroller}
      role="log"
      // Not announced line by line: servers talk too much.
      aria-live="off"
      aria-label={t('stack.log')}
      // Focusable, so that the keyboard can scroll it.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onScroll={({ currentTarget }) => {
        if (currentTarget.scrollTop > rowHeight) props.onLeaveTop();
      }}
    >
      {props.count === 0 ? <p className="hint">{props.empty}</p> : null}
      <div className="log-space" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const line = props.at(index);
          return line === undefined ? null : (
            <LogRow key={index} line={line} label={props.labelOf(line.source)} top={start} />
          );
        })}
      </div>
    </div>
  );
}

function LogRow(props: {
  readonly line: PanelLine;
  readonly label: string;
  readonly top: number;
}): ReactElement {
  const { t } = useTranslation();
  const { line } = props;
  return (
    <div className={`log-row says-${line.level}`} style={{ transform: `translateY(${props.top}px)` }}>
      <span className="log-row-time">{logTime(line.timeMs)}</span>
      <span className="log-row-source">{props.label}</span>
      <span className="log-row-glyph">
        {line.level === 'error' || line.level === 'warn' ? (
          <>
            <StatusGlyph kind={line.level === 'error' ? 'bad' : 'warn'} size={14} />
            <span className="visually-hidden">{t(`stackPage.log.level.${line.level}`)}</span>
          </>
        ) : null}
      </span>
      <span>{line.text}</span>
    </div>
  );
}

/** One line each: time in UTC, level, source, text. */
function asFile(lines: Iterable<PanelLine>): Blob {
  const parts: string[] = [];
  for (const { timeMs, level, source, text } of lines)
    parts.push(`${new Date(timeMs).toISOString()} ${level.padEnd(5)} ${source} ${text}\n`);
  return new Blob(parts, { type: 'text/plain' });
}
