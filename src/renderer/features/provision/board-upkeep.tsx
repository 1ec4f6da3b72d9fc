import { Select } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Backup, BoardIdentity, StepProgress } from '../../../shared/contract/boards.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useToldWork } from '../../app/use-told-work.ts';
import { useClient } from '../../app/live.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { formatBytes, formatDate, formatNumber, formatTime } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { formatSpan } from './flash-plan.ts';
import { saveFile } from '../../components/save-file.ts';
import { TickProgress } from './tick-progress.tsx';

const wholeFlash = '*';
type Work = 'backup' | 'restore' | 'erase';

/** Backup, restore and erase of one board, each with progress and a way out. */
export function BoardUpkeep(props: {
  readonly identity: BoardIdentity;
  readonly locked: boolean;
  /** The board carries something else now. */
  onChanged: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const queries = useQueryClient();
  const { identity, locked, onChanged } = props;
  const { address } = identity;
  const [what, setWhat] = useState(wholeFlash);
  const [doing, setDoing] = useState<Work>('backup');
  const [done, setDone] = useState<Work>();
  const work = useToldWork<StepProgress>();
  const off = work.running || locked;
  const start = async (kind: Work, begin: () => Promise<unknown>): Promise<void> => {
    setDoing(kind);
    setDone(undefined);
    if ((await begin()) === undefined) return;
    setDone(kind);
    if (kind === 'backup') await queries.invalidateQueries({ queryKey: ['provision', 'backups'] });
    else onChanged();
  };
  const backUp = (): void =>
    void start('backup', () =>
      work.run((signal) =>
        client.boards.backup({ address, partition: what === wholeFlash ? null : what }, { signal }),
      ),
    );
  const restore = ({ id }: Backup): void =>
    void start('restore', () =>
      work.run((signal) => client.boards.restore({ address, id, otherBoard: false }, { signal })),
    );
  const erase = (): void =>
    void start('erase', () => work.run((signal) => client.boards.eraseFlash({ address }, { signal })));
  return (
    <section className="board-upkeep">
      <h3>{t('provision.upkeep.title')}</h3>
      <div className="pair with-button">
        <Select
          label={t('provision.upkeep.what')}
          data={[
            { value: wholeFlash, label: t('provision.upkeep.whole') },
            ...identity.partitions.map(({ name }) => ({ value: name, label: name })),
          ]}
          value={what}
          allowDeselect={false}
          disabled={off}
          onChange={(value) => setWhat(value ?? wholeFlash)}
        />
        <button type="button" className="button" disabled={off} onClick={backUp}>
          {t('provision.upkeep.backup')}
        </button>
      </div>
      {work.running ? (
        <div className="upkeep-progress">
          <p>
            {t(`provision.upkeep.doing.${doing}`)}{' '}
            {work.progress === null || work.progress.totalBytes === 0
              ? null
              : t('provision.upkeep.progress', {
                  percent: formatNumber(work.progress.fraction * 100),
                  rate: formatNumber(work.progress.bytesPerSecond / 1000),
                  left: work.progress.leftMs === null ? '–' : formatSpan(work.progress.leftMs / 1000),
                })}
          </p>
          {work.progress === null ? null : (
            <TickProgress fraction={work.progress.fraction} label={t(`provision.upkeep.doing.${doing}`)} />
          )}
          <button type="button" className="button" onClick={work.cancel}>
            {t('shell.cancel')}
          </button>
        </div>
      ) : null}
      <p role="status">
        {done === undefined || work.running ? null : (
          <>
            <StatusGlyph kind="ok" /> {t(`provision.upkeep.done.${done}`)}
          </>
        )}
      </p>
      {work.failure === undefined ? null : <ErrorNotice error={work.failure} />}
      <Backups identity={identity} off={off} onRestore={restore} />
      {off ? null : (
        <ConfirmButton
          label={t('provision.upkeep.erase')}
          title={t('provision.upkeep.erase')}
          body={t('provision.upkeep.eraseBody')}
          onConfirm={erase}
        />
      )}
    </section>
  );
}

/** The backups of this very board, newest first. */
function Backups(props: {
  readonly identity: BoardIdentity;
  readonly off: boolean;
  onRestore: (backup: Backup) => void;
}): ReactElement | null {
  const { t, i18n } = useTranslation();
  const client = useClient();
  const queries = useQueryClient();
  const { failure, run } = useFailure();
  const { data } = useQuery({
    queryKey: ['provision', 'backups'],
    queryFn: ({ signal }) => client.boards.backups({}, { signal }),
  });
  const own = (data?.items ?? [])
    .filter((backup) => backup.mac === props.identity.mac)
    .toSorted((a, b) => b.createdMs - a.createdMs);
  if (own.length === 0) return null;
  return (
    <>
      <ul className="bundles">
        {own.map((backup) => {
          const name = `${backup.partition ?? t('provision.upkeep.whole')}, ${formatDate(backup.createdMs, i18n.language)} ${formatTime(backup.createdMs)}`;
          return (
            <li key={backup.id}>
              <div>
                <strong>{name}</strong>
                <p className="secondary">{formatBytes(backup.fileBytes)}</p>
              </div>
              <button
                type="button"
                className="icon-button"
                aria-label={t('provision.upkeep.save', { name })}
                onClick={() => run(async () => saveFile(await client.boards.backupFile({ id: backup.id })))}
              >
                <IconDownload size={18} aria-hidden="true" />
              </button>
              {props.off ? null : (
                <>
                  <ConfirmButton
                    label={t('provision.upkeep.restore')}
                    name={t('provision.upkeep.restoreNamed', { name })}
                    title={t('provision.upkeep.restore')}
                    body={t('provision.upkeep.restoreBody')}
                    onConfirm={() => props.onRestore(backup)}
                  />
                  <ConfirmButton
                    label={t('provision.upkeep.remove')}
                    name={t('provision.upkeep.removeNamed', { name })}
                    title={t('provision.upkeep.remove')}
                    body={t('provision.upkeep.removeBody')}
                    onConfirm={() =>
                      run(async () => {
                        await client.boards.removeBackup({ id: backup.id });
                        await queries.invalidateQueries({ queryKey: ['provision', 'backups'] });
                      })
                    }
                  />
                </>
              )}
            </li>
          );
        })}
      </ul>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
    </>
  );
}
