import { Modal, Select, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Recording, ReplayState as State } from '../../../shared/contract/traffic-parts.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { SaveOrCancel } from '../../components/save-or-cancel.tsx';
import { formatBytes, formatDuration, formatNumber } from '../../components/format.ts';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';
import { useSources } from './use-sources.ts';
import { useTrafficUi } from './traffic-store.ts';
import { useTraffic } from './use-traffic.ts';

const speeds = ['1', '2', '10', '100', 'all'] as const;
const otherSpeed = 'other';
const slowest = 0.01;
const fastest = 10_000;

/** How a recording is published again. What it does to the database is said before. */
export function ReplayDialog(props: {
  readonly recording: Recording | undefined;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation();
  return (
    <Modal
      opened={props.recording !== undefined}
      onClose={props.onClose}
      title={t('traffic.replay.title')}
      centered
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      {props.recording === undefined ? null : (
        <ReplayForm recording={props.recording} onClose={props.onClose} />
      )}
    </Modal>
  );
}

function ReplayForm(props: { readonly recording: Recording; onClose: () => void }): ReactElement {
  const { t } = useTranslation();
  const traffic = useTraffic();
  const { source } = useTrafficUi();
  const sources = useSources();
  const [speed, setSpeed] = useState('1');
  const [typed, setTyped] = useState('5');
  const [prefix, setPrefix] = useState('');
  const { failure, run } = useFailure();
  const factor = Number(typed.replace(',', '.'));
  const factorGood = speed !== otherSpeed || (factor >= slowest && factor <= fastest);
  const prefixGood = !/[+#\0]/u.test(prefix);
  const start = (event: FormEvent): void => {
    event.preventDefault();
    if (!factorGood || !prefixGood) return;
    run(async () => {
      await traffic.startReplay({
        source,
        name: props.recording.name,
        speed: speed === 'all' ? null : speed === otherSpeed ? factor : Number(speed),
        prefix,
      });
      props.onClose();
    });
  };
  return (
    <form className="form" onSubmit={start}>
      <p>
        {t('traffic.replay.body', {
          name: props.recording.name,
          source: sources.nameOf(source),
        })}
      </p>
      <Select
        label={t('traffic.replay.speed')}
        data={[
          ...speeds.map((value) => ({
            value,
            label: value === 'all' ? t('traffic.replay.asFast') : t('traffic.replay.times', { times: value }),
          })),
          { value: otherSpeed, label: t('traffic.replay.other') },
        ]}
        value={speed}
        allowDeselect={false}
        data-autofocus
        onChange={(value) => setSpeed(value ?? '1')}
      />
      {speed === otherSpeed ? (
        <TextInput
          label={t('traffic.replay.factor')}
          inputMode="decimal"
          value={typed}
          maxLength={10}
          error={factorGood ? null : t('stack.between', { min: slowest, max: fastest })}
          onChange={(event) => setTyped(event.target.value)}
        />
      ) : null}
      <TextInput
        label={t('traffic.replay.prefix')}
        description={t('traffic.replay.prefixHint')}
        placeholder="test/"
        classNames={{ input: 'mono' }}
        value={prefix}
        maxLength={200}
        autoComplete="off"
        error={prefixGood ? null : t('traffic.publish.fault.wildcard')}
        onChange={(event) => setPrefix(event.target.value)}
      />
      {prefix === '' ? <p className="secondary">{t('traffic.replay.warning')}</p> : null}
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      <SaveOrCancel
        canSave={factorGood && prefixGood}
        save={t('traffic.replay.start')}
        onCancel={props.onClose}
      />
    </form>
  );
}

const glyphs: Readonly<Record<State['phase'], GlyphKind>> = {
  running: 'busy',
  done: 'ok',
  cancelled: 'idle',
  failed: 'bad',
};

export function ReplayState({ replay }: { readonly replay: State }): ReactElement {
  const { t } = useTranslation();
  const traffic = useTraffic();
  const { run } = useFailure();
  const part = replay.totalBytes === 0 ? 1 : replay.readBytes / replay.totalBytes;
  return (
    <div className="replay-state">
      <StatusGlyph kind={glyphs[replay.phase]} size={18} />
      <div>
        <strong>{t(`traffic.replay.phase.${replay.phase}`, { name: replay.name })}</strong>
        <p className="secondary" role="status">
          {t('traffic.replay.progress', {
            count: replay.sent,
            messages: formatNumber(replay.sent),
            time: formatDuration(replay.atMs / 1_000),
            read: formatBytes(replay.readBytes),
            all: formatBytes(replay.totalBytes),
          })}
        </p>
        {replay.error === null ? null : <ErrorNotice error={replay.error} />}
      </div>
      {replay.phase === 'running' ? (
        <>
          <progress value={part} max={1} aria-label={t('traffic.replay.title')} />
          <button type="button" className="button" onClick={() => run(() => traffic.cancelReplay({}))}>
            {t('traffic.replay.cancel')}
          </button>
        </>
      ) : null}
    </div>
  );
}
