import { IconDownload, IconPlayerPlay, IconPlayerStop, IconUpload } from '@tabler/icons-react';
import { useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { addRecordingInPieces } from '../../../shared/contract/add-recording.ts';
import type { Recording } from '../../../shared/contract/traffic-parts.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { formatBytes, formatDate, formatNumber, formatTime } from '../../components/format.ts';
import { Loading } from '../../components/loading.tsx';
import { EmptyState } from '../../components/page-head.tsx';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { saveFile } from '../../components/save-file.ts';
import { ReplayDialog, ReplayState } from './replay.tsx';
import { useTraffic, useTrafficWork } from './use-traffic.ts';

/** Traffic in files: what is being written, what is there, and its way back to a broker. */
export function RecordingsPane(): ReactElement {
  const { t } = useTranslation();
  const traffic = useTraffic();
  const { value: work } = useTrafficWork();
  const { failure, run } = useFailure();
  const [added, setAdded] = useState<string>();
  const [sent, setSent] = useState<number>();
  const [replaying, setReplaying] = useState<Recording>();
  const input = useRef<HTMLInputElement>(null);
  const add = (file: File): void =>
    run(async () => {
      setAdded(undefined);
      setSent(0);
      try {
        const { messages } = await addRecordingInPieces(traffic, file.name, file, { onSent: setSent });
        setAdded(
          t('traffic.recordings.added', {
            count: messages,
            messages: formatNumber(messages),
            file: file.name,
          }),
        );
      } finally {
        setSent(undefined);
      }
    });
  if (work === undefined) return <Loading />;
  return (
    <section className="traffic-sheet" aria-label={t('traffic.parts.recordings')}>
      <div className="sheet-tools">
        <button
          type="button"
          className="button"
          disabled={sent !== undefined}
          onClick={() => input.current?.click()}
        >
          <IconUpload size={18} aria-hidden="true" />
          {t('traffic.recordings.add')}
        </button>
        <input
          ref={input}
          type="file"
          accept=".ndjson,application/x-ndjson"
          className="visually-hidden"
          tabIndex={-1}
          aria-label={t('traffic.recordings.file')}
          onChange={(event) => {
            const file = event.target.files?.[0];
            if (file !== undefined) add(file);
            event.target.value = '';
          }}
        />
        <span className="secondary" role="status">
          {sent === undefined ? (added ?? '') : t('traffic.recordings.sending', { size: formatBytes(sent) })}
        </span>
      </div>
      {failure === undefined ? null : (
        <div className="traffic-notice">
          <ErrorNotice error={failure} />
        </div>
      )}
      {work.replay === null ? null : <ReplayState replay={work.replay} />}
      {work.recordings.length === 0 ? (
        <EmptyState title={t('traffic.recordings.none')} body={t('traffic.recordings.noneBody')} />
      ) : (
        <div className="sheet-table">
          <table>
            <thead>
              <tr>
                <th scope="col">{t('traffic.recordings.name')}</th>
                <th scope="col">{t('traffic.recordings.started')}</th>
                <th scope="col" className="number">
                  {t('traffic.recordings.messages')}
                </th>
                <th scope="col" className="number">
                  {t('traffic.recordings.size')}
                </th>
                <th scope="col">
                  <span className="visually-hidden">{t('traffic.recordings.actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {work.recordings.map((recording) => (
                <RecordingRow
                  key={recording.name}
                  recording={recording}
                  replayed={work.replay?.phase === 'running' && work.replay.name === recording.name}
                  run={run}
                  onReplay={() => setReplaying(recording)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <ReplayDialog recording={replaying} onClose={() => setReplaying(undefined)} />
    </section>
  );
}

function RecordingRow(props: {
  readonly recording: Recording;
  readonly replayed: boolean;
  run: (work: () => Promise<unknown>) => void;
  onReplay: () => void;
}): ReactElement {
  const { t, i18n } = useTranslation();
  const traffic = useTraffic();
  const { recording, run, replayed } = props;
  const { name, running } = recording;
  const [loading, setLoading] = useState(false);
  const download = (): void =>
    run(async () => {
      setLoading(true);
      try {
        const pieces: Blob[] = [];
        for await (const { text } of await traffic.downloadRecording({ name })) pieces.push(new Blob([text]));
        saveFile({ fileName: name, file: new Blob(pieces, { type: 'application/x-ndjson' }) });
      } finally {
        setLoading(false);
      }
    });
  return (
    <tr>
      <th scope="row">
        <span className="row-glyph">
          {running ? (
            <StatusGlyph kind="busy" />
          ) : recording.error === null ? null : (
            <StatusGlyph kind="bad" />
          )}
          <span className="recording-name">{name}</span>
        </span>
        <span className="secondary">
          {running ? t('traffic.recordings.running') : ''}
          {recording.missed > 0
            ? ` ${t('traffic.recordings.missed', { count: recording.missed, messages: formatNumber(recording.missed) })}`
            : ''}
          {recording.error === null
            ? ''
            : ` ${t(`errors.${recording.error.code}.what`, { defaultValue: recording.error.message })}`}
        </span>
      </th>
      <td>
        {formatDate(recording.startedMs, i18n.language)} {formatTime(recording.startedMs, true)}
      </td>
      <td className="number">{recording.messages === null ? '–' : formatNumber(recording.messages)}</td>
      <td className="number">{formatBytes(recording.bytes)}</td>
      <td>
        <span className="row-actions">
          {running ? (
            <button
              type="button"
              className="button"
              aria-label={t('traffic.recordings.stopOne', { name })}
              onClick={() => run(() => traffic.stopRecording({ name }))}
            >
              <IconPlayerStop size={18} aria-hidden="true" />
              {t('traffic.recordings.stop')}
            </button>
          ) : (
            <>
              <button
                type="button"
                className="button"
                aria-label={t('traffic.recordings.replayOne', { name })}
                disabled={replayed}
                onClick={props.onReplay}
              >
                <IconPlayerPlay size={18} aria-hidden="true" />
                {t('traffic.recordings.replay')}
              </button>
              <button
                type="button"
                className="icon-button"
                aria-label={t('traffic.recordings.downloadOne', { name })}
                title={t('traffic.recordings.download')}
                disabled={loading}
                onClick={download}
              >
                <IconDownload size={20} aria-hidden="true" />
              </button>
              <ConfirmButton
                label={t('traffic.recordings.remove')}
                name={t('traffic.recordings.removeOne', { name })}
                title={t('traffic.recordings.removeTitle')}
                body={t('traffic.recordings.removeBody', { name, size: formatBytes(recording.bytes) })}
                disabled={replayed}
                onConfirm={() => run(() => traffic.removeRecording({ name }))}
              />
            </>
          )}
        </span>
      </td>
    </tr>
  );
}
