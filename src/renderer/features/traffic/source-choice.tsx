import { Select } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { SourceState } from '../../../shared/contract/traffic-messages.ts';
import { useNow } from '../../app/live.ts';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';
import { ProfilesDrawer } from './profiles-drawer.tsx';
import { useTrafficUi } from './traffic-store.ts';
import { sourceName, useSources } from './use-sources.ts';

const editProfiles = '+profiles';

const glyphs: Readonly<Record<SourceState['phase'], GlyphKind>> = {
  idle: 'idle',
  connecting: 'busy',
  connected: 'ok',
  waiting: 'waiting',
  stopped: 'idle',
};

/** Which broker is looked at, and how it stands, in words. */
export function SourceChoice({ state }: { readonly state: SourceState | undefined }): ReactElement {
  const { t } = useTranslation();
  const { source, chooseSource } = useTrafficUi();
  const { items } = useSources();
  const [editing, setEditing] = useState(false);
  const known = items.some(({ id }) => id === source);
  return (
    <div className="source-choice">
      <Select
        aria-label={t('traffic.source.title')}
        data={[
          ...(known ? [] : [{ value: source, label: t('traffic.source.stack') }]),
          ...items.map((item) => ({ value: item.id, label: sourceName(item, t) })),
          { value: editProfiles, label: t('traffic.source.edit') },
        ]}
        value={source}
        allowDeselect={false}
        onChange={(value) => {
          if (value === editProfiles) setEditing(true);
          else if (value !== null) chooseSource(value);
        }}
      />
      {state === undefined ? null : (
        <p className="source-state secondary" role="status">
          <StatusGlyph kind={glyphs[state.phase]} size={14} />
          <SourceWords state={state} />
        </p>
      )}
      <ProfilesDrawer opened={editing} onClose={() => setEditing(false)} />
    </div>
  );
}

export function SourceWords({ state }: { readonly state: SourceState }): ReactElement {
  const { t } = useTranslation();
  const now = useNow();
  const words =
    state.phase === 'waiting'
      ? state.retryMs === null
        ? t('traffic.source.phase.waiting')
        : t('traffic.source.retry', { seconds: Math.max(0, Math.ceil((state.retryMs - now) / 1_000)) })
      : t(`traffic.source.phase.${state.phase}`);
  return (
    <span>
      {words}
      {state.losses > 0 ? ` · ${t('traffic.source.losses', { count: state.losses })}` : ''}
    </span>
  );
}
