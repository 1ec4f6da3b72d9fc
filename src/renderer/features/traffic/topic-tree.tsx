import {
  memo,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactElement,
} from 'react';
import { IconChevronDown, IconChevronRight, IconFilter, IconFoldUp } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { TrafficNode } from '../../../shared/contract/traffic-messages.ts';
import { sensorTopicPrefix } from '../../../shared/domain/topics.ts';
import { formatNumber } from '../../components/format.ts';
import { FilterInput } from './filter-input.tsx';
import { rowHeightNow } from './row-height.ts';
import { noFilter, useTrafficUi } from './traffic-store.ts';
import { TreeRow } from './tree-row.tsx';
import { useTopicTree } from './use-topic-tree.ts';
import { useTraffic } from './use-traffic.ts';
import { useWindow } from './use-window.ts';

/** All topics as a tree; only the rows in sight are there, whatever number of topics there is. */
export const TopicTree = memo(function TopicTree({ paused }: { readonly paused: boolean }): ReactElement {
  const { t } = useTranslation();
  const tree = useId();
  const {
    source,
    open,
    setOpen,
    selection,
    select,
    showPane,
    filter: shownFilter,
    setFilter,
  } = useTrafficUi();
  const [filter, setSearch] = useState('');
  const [closed, setClosed] = useState<ReadonlySet<number>>(new Set());
  const [active, setActive] = useState(0);
  const [total, setTotal] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = rowHeightNow();
  const { first, last, show, page } = useWindow(scroller, Math.max(total, 40), rowHeight);
  const view = useTopicTree({ source, filter, nodes: filter === '' ? open : closed, first, last, paused });
  useEffect(() => setTotal(view?.total ?? 0), [view]);
  useOpenAtSensors(source, view !== undefined && view.total > 0);
  const at = (index: number): TrafficNode | undefined => view?.rows[index - view.from];
  const marked = Math.min(active, Math.max(0, (view?.total ?? 0) - 1));
  const node = at(marked);
  const fold = (which: TrafficNode, toOpen: boolean): void => {
    const [set, change] = filter === '' ? ([open, setOpen] as const) : ([closed, setClosed] as const);
    const next = new Set(set);
    if (toOpen === (filter === '')) next.add(which.id);
    else next.delete(which.id);
    change(next);
  };
  const choose = (which: TrafficNode): void => {
    if (which.own === null) {
      fold(which, !which.open);
      return;
    }
    // A name that is cut cannot be asked for; its newest message can.
    select(which.topicCut ? { kind: 'message', seq: which.own.seq } : { kind: 'topic', topic: which.topic });
    showPane('message');
  };
  const go = (index: number): void => {
    const to = Math.max(0, Math.min((view?.total ?? 1) - 1, index));
    setActive(to);
    show(to);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const moves: Readonly<Record<string, () => void>> = {
      ArrowDown: () => go(marked + 1),
      ArrowUp: () => go(marked - 1),
      Home: () => go(0),
      End: () => go((view?.total ?? 1) - 1),
      PageDown: () => go(marked + page),
      PageUp: () => go(marked - page),
      ArrowRight: () => {
        if (node === undefined || node.children === 0) return;
        if (node.open) go(marked + 1);
        else fold(node, true);
      },
      ArrowLeft: () => {
        if (node === undefined) return;
        if (node.open) fold(node, false);
        else go(parentOf(marked, at));
      },
      Enter: () => {
        if (node !== undefined) choose(node);
      },
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  };
  const rows = useMemo(() => {
    const shown: { index: number; node: TrafficNode | undefined }[] = [];
    for (let index = first; index < Math.min(last, view?.total ?? 0); index++)
      shown.push({ index, node: view?.rows[index - view.from] });
    return shown;
  }, [first, last, view]);
  return (
    <section className="traffic-topics" aria-labelledby={`${tree}-title`}>
      <div className="traffic-pane-head">
        <h2 id={`${tree}-title`}>{t('traffic.tree.title')}</h2>
        <span className="secondary">
          {view === undefined
            ? ''
            : filter === ''
              ? t('traffic.tree.topics', { count: view.topics, topics: formatNumber(view.topics) })
              : t('traffic.tree.matching', {
                  matching: formatNumber(view.matching),
                  topics: formatNumber(view.topics),
                })}
        </span>
        <span className="spacer" />
        <button
          type="button"
          className="icon-button"
          aria-label={t('traffic.tree.only')}
          title={t('traffic.tree.only')}
          disabled={node === undefined || node.topicCut}
          onClick={() => {
            if (node === undefined) return;
            const topic = node.children === 0 ? node.topic : `${node.topic}/#`;
            setFilter(shownFilter.topic === topic ? noFilter : { ...shownFilter, topic });
            showPane('messages');
          }}
        >
          <IconFilter size={18} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={t('traffic.tree.foldAll')}
          title={t('traffic.tree.foldAll')}
          onClick={() => {
            setOpen(new Set());
            setClosed(new Set());
            setSearch('');
            go(0);
          }}
        >
          <IconFoldUp size={18} aria-hidden="true" />
        </button>
      </div>
      <FilterInput
        className="tree-filter"
        label={t('traffic.tree.filter')}
        value={filter}
        maxLength={1_000}
        onChange={(text) => {
          setSearch(text);
          setClosed(new Set());
          setActive(0);
          if (scroller.current !== null) scroller.current.scrollTop = 0;
        }}
      />
      {view !== undefined && view.topicsEvicted > 0 ? (
        <p className="secondary traffic-note" role="status">
          {t('traffic.tree.evicted', { count: view.topicsEvicted, topics: formatNumber(view.topicsEvicted) })}
        </p>
      ) : null}
      <div
        className="traffic-scroll tree-rows"
        ref={scroller}
        role="tree"
        aria-label={t('traffic.tree.title')}
        tabIndex={0}
        {...(node === undefined ? {} : { 'aria-activedescendant': `${tree}-${node.id}` })}
        onKeyDown={onKey}
      >
        {view !== undefined && view.total === 0 ? (
          <p className="hint traffic-empty" role="none">
            {t(filter === '' ? 'traffic.tree.none' : 'traffic.tree.noneMatch')}
          </p>
        ) : null}
        <div className="traffic-space" role="none" style={{ height: (view?.total ?? 0) * rowHeight }}>
          {rows.map(({ index, node: row }) =>
            row === undefined ? (
              <div
                key={`empty ${index}`}
                className="tree-row loading-row"
                role="none"
                style={{ transform: `translateY(${index * rowHeight}px)` }}
              />
            ) : (
              <TreeRow
                key={row.id}
                id={`${tree}-${row.id}`}
                node={row}
                top={index * rowHeight}
                marked={index === marked}
                selected={selection?.kind === 'topic' && row.own !== null && selection.topic === row.topic}
                chevron={
                  row.children === 0 ? null : row.open ? (
                    <IconChevronDown size={16} aria-hidden="true" />
                  ) : (
                    <IconChevronRight size={16} aria-hidden="true" />
                  )
                }
                onFold={() => {
                  setActive(index);
                  fold(row, !row.open);
                }}
                onChoose={() => {
                  setActive(index);
                  choose(row);
                }}
              />
            ),
          )}
        </div>
      </div>
    </section>
  );
});

/** Once for each source the tree is open as far as the sensors are, where there are any. */
function useOpenAtSensors(source: string, ready: boolean): void {
  const traffic = useTraffic();
  const { open, setOpen } = useTrafficUi();
  const done = useRef('');
  const untouched = open.size === 0;
  useEffect(() => {
    if (!ready || !untouched || done.current === source) return;
    done.current = source;
    traffic
      .locate({ source, topic: sensorTopicPrefix.slice(0, -1) })
      .then(({ nodes }) => {
        if (nodes.length > 0) setOpen(new Set(nodes));
      })
      .catch(() => undefined);
  }, [traffic, source, ready, untouched, setOpen]);
}

function parentOf(index: number, at: (index: number) => TrafficNode | undefined): number {
  const depth = at(index)?.depth ?? 0;
  for (let above = index - 1; above >= 0; above--) {
    const node = at(above);
    // Beyond what is loaded: as far as is known.
    if (node === undefined) return above;
    if (node.depth < depth) return above;
  }
  return index;
}
