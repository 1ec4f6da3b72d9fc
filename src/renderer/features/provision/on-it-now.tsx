import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';
import type { BoardRow, RowKind } from './board-rows.ts';
import { laneState } from './lane-words.ts';

const glyphs: Readonly<Record<RowKind, GlyphKind>> = {
  unread: 'idle',
  reading: 'busy',
  blank: 'idle',
  sensor: 'warn',
  other: 'warn',
  refused: 'bad',
  failed: 'bad',
  busy: 'busy',
};

/** What the board carries: nothing, a sensor with name and firmware, other firmware, or why that is not known. */
export function OnItNow({ row }: { readonly row: BoardRow }): ReactElement {
  const { t } = useTranslation();
  const identity = row.look?.state === 'known' ? row.look.identity : undefined;
  const version = identity?.firmware?.version ?? '';
  const name = row.device?.name ?? identity?.configuration?.name ?? '';
  const words = {
    unread: () => t('provision.now.unread'),
    reading: () => t('provision.now.reading'),
    blank: () => t('provision.now.blank'),
    sensor: () => [name === '' ? t('provision.now.sensor') : name, version].filter(Boolean).join(', '),
    other: () =>
      [identity?.firmware?.project ?? t('provision.now.other'), version].filter(Boolean).join(', '),
    refused: () => t('provision.now.refused'),
    failed: () => t('provision.now.failed'),
    busy: () =>
      row.job === undefined ? t('provision.now.reading') : t(`provision.lane.${laneState(row.job).word}`),
  } satisfies Record<RowKind, () => string>;
  const ready = row.job?.phase === 'ready' && row.kind !== 'busy';
  return (
    <span className="row-glyph">
      <StatusGlyph kind={ready && row.kind === 'sensor' ? 'ok' : glyphs[row.kind]} />
      <span className={row.kind === 'failed' || row.kind === 'refused' ? 'bad' : ''}>
        {words[row.kind]()}
      </span>
    </span>
  );
}
