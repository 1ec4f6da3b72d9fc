import { memo, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { TrafficNode } from '../../../shared/contract/traffic-messages.ts';
import { isMacAddress } from '../../../shared/domain/mac-address.ts';
import { formatNumber } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { payloadSummary } from './payload-summary.ts';
import { useDeviceNames } from './use-device-names.ts';
import { visibleText } from './visible-text.ts';

interface TreeRowProps {
  readonly id: string;
  readonly node: TrafficNode;
  readonly top: number;
  readonly marked: boolean;
  readonly selected: boolean;
  readonly chevron: ReactElement | null;
  onFold: () => void;
  onChoose: () => void;
}

/** Where the name of a row at this depth begins; deeper ones no further, or nothing of them would be seen. */
const indentPx = 14;
const indentAtMost = 10;

export const TreeRow = memo(
  function TreeRow(props: TreeRowProps): ReactElement {
    const { t } = useTranslation();
    const { node } = props;
    const names = useDeviceNames();
    const known = isMacAddress(node.name) ? names.of(node.name) : undefined;
    const className = `tree-row${props.selected ? ' selected' : ''}${props.marked ? ' marked' : ''}`;
    const name = node.name === '' ? t('traffic.emptyLevel') : visibleText(node.name);
    return (
      // The tree has the focus and takes the keys.
      // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
      <div
        id={props.id}
        className={className}
        role="treeitem"
        // It is never focused itself: the tree names it.
        tabIndex={-1}
        aria-level={node.depth + 1}
        aria-selected={props.selected}
        {...(node.children > 0 ? { 'aria-expanded': node.open } : {})}
        style={{
          transform: `translateY(${props.top}px)`,
          paddingLeft: 8 + Math.min(node.depth, indentAtMost) * indentPx,
        }}
        onClick={(event) => {
          const onChevron = event.target instanceof Element && event.target.closest('.tree-chevron') !== null;
          if (onChevron && node.children > 0) props.onFold();
          else props.onChoose();
        }}
      >
        {/* Made anew with each newer message: so it begins to fade again. */}
        <span key={node.lastSeq} className="tree-flash" aria-hidden="true" />
        <span className="tree-chevron">{props.chevron}</span>
        <bdi className={node.name === '' ? 'tree-name empty' : 'tree-name'} title={name}>
          {name}
        </bdi>
        <span className="tree-value">
          <RowValue node={node} known={known} />
        </span>
      </div>
    );
  },
  (before, after) =>
    before.top === after.top &&
    before.marked === after.marked &&
    before.selected === after.selected &&
    sameNode(before.node, after.node),
);

/** A topic says what came last; a board its name; any other level how much comes below it. */
function RowValue(props: {
  readonly node: TrafficNode;
  readonly known: { readonly label: string; readonly unknown: boolean } | undefined;
}): ReactElement {
  const { t } = useTranslation();
  const { node, known } = props;
  if (known !== undefined)
    return known.unknown ? (
      <span className="unknown-device">
        <StatusGlyph kind="unknown" size={14} />
        {t('traffic.unknownDevice')}
      </span>
    ) : (
      <>{known.label}</>
    );
  if (node.own !== null) {
    const said = payloadSummary({ topic: node.topic, ...node.own }, { empty: t('traffic.emptyPayload') });
    return (
      <>
        <span className="tree-count">{formatNumber(node.own.messages)}</span>
        <bdi>
          {said}
          {node.own.retain ? `, ${t('traffic.retained')}` : ''}
        </bdi>
      </>
    );
  }
  return (
    <>
      <span className="tree-count">
        {t('traffic.tree.topics', { count: node.topics, topics: formatNumber(node.topics) })}
      </span>
      {t('traffic.perSecond', { rate: formatRate(node.messagesPerSecond) })}
    </>
  );
}

export function formatRate(perSecond: number): string {
  return formatNumber(perSecond, perSecond < 10 ? 1 : 0);
}

function sameNode(a: TrafficNode, b: TrafficNode): boolean {
  return (
    a.lastSeq === b.lastSeq &&
    a.open === b.open &&
    a.children === b.children &&
    a.topics === b.topics &&
    a.messages === b.messages &&
    a.messagesPerSecond === b.messagesPerSecond &&
    a.own?.seq === b.own?.seq
  );
}
