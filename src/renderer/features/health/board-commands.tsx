import { IconBulb, IconRefresh, IconThermometer } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { BoardCommand, CommandProgress, HealthRow } from '../../../shared/contract/health.ts';
import { reportOf, type ErrorReport } from '../../../shared/domain/app-error.ts';
import { ErrorNotice } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { ConfirmDialog } from '../../components/confirm-button.tsx';
import { formatTime } from '../../components/format.ts';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';

const blinkSeconds = 20;

interface Given {
  readonly cmd: BoardCommand['cmd'];
  readonly state: 'asking' | CommandProgress['state'];
  readonly timeMs: number;
}

const glyphs: Readonly<Record<Given['state'], GlyphKind>> = {
  asking: 'busy',
  sent: 'busy',
  confirmed: 'ok',
  unconfirmed: 'warn',
  'cannot-know': 'idle',
};

/** Orders to one board, and what is truly known of how far they got. */
export function BoardCommands({
  row,
  label,
}: {
  readonly row: HealthRow;
  readonly label: string;
}): ReactElement {
  const { t } = useTranslation();
  const { given, failure, give } = useCommand(row.mac);
  const [asking, setAsking] = useState(false);
  const waiting = given !== undefined && (given.state === 'asking' || given.state === 'sent');
  const closed = row.commands !== 'answers' || waiting;
  const buttons = [
    { cmd: 'blink', icon: IconBulb, onClick: () => give({ cmd: 'blink', seconds: blinkSeconds }) },
    { cmd: 'measure', icon: IconThermometer, onClick: () => give({ cmd: 'measure' }) },
    { cmd: 'restart', icon: IconRefresh, onClick: () => setAsking(true) },
  ] as const;
  return (
    <section className="board-commands" aria-label={t('health.commands.title')}>
      <h3>{t('health.commands.title')}</h3>
      <div className="row-of">
        {buttons.map(({ cmd, icon: Icon, onClick }) => (
          <button key={cmd} type="button" className="button" disabled={closed} onClick={onClick}>
            <Icon size={18} aria-hidden="true" />
            {t(`health.commands.${cmd}`)}
          </button>
        ))}
      </div>
      {row.commands === 'answers' ? null : (
        <p className="secondary">{t(`health.commands.${row.commands}`)}</p>
      )}
      <p className="command-state" role="status">
        {given === undefined ? null : (
          <>
            <StatusGlyph kind={glyphs[given.state]} />
            <span>
              {t('health.commands.lastOne', {
                command: t(`health.commands.${given.cmd}`),
                time: formatTime(given.timeMs, true),
                state: stateText(given),
              })}
            </span>
          </>
        )}
      </p>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      <ConfirmDialog
        opened={asking}
        title={t('health.commands.restartTitle', { name: label })}
        body={t('health.commands.restartBody')}
        confirm={t('health.commands.restart')}
        keep={t('shell.cancel')}
        onConfirm={() => give({ cmd: 'restart' })}
        onClose={() => setAsking(false)}
      />
    </section>
  );

  function stateText({ cmd, state }: Given): string {
    if (state === 'asking') return t('health.commands.asking');
    if (state === 'sent' && cmd === 'measure') return t('health.commands.waitMeasure');
    if (state === 'sent' && cmd === 'restart') return t('health.commands.waitRestart');
    if (cmd !== 'blink') return t(`health.commands.${state}`);
    const sent = t('health.commands.blinkSent', { seconds: blinkSeconds });
    return state === 'sent' ? sent : `${sent} ${t('health.commands.cannot-know')}`;
  }
}

/** The last command and its state; what shows it stops watching when it goes, the board goes on. */
function useCommand(mac: HealthRow['mac']): {
  readonly given: Given | undefined;
  readonly failure: ErrorReport | undefined;
  give: (command: BoardCommand) => void;
} {
  const client = useClient();
  const queries = useQueryClient();
  const [given, setGiven] = useState<Given>();
  const [failure, setFailure] = useState<ErrorReport>();
  const abort = useRef<AbortController>(undefined);
  useEffect(() => () => abort.current?.abort(), []);
  const follow = async (command: BoardCommand, signal: AbortSignal): Promise<void> => {
    setFailure(undefined);
    setGiven({ cmd: command.cmd, state: 'asking', timeMs: Date.now() });
    try {
      for await (const { state, timeMs } of await client.health.command({ mac, command }, { signal }))
        setGiven({ cmd: command.cmd, state, timeMs });
    } catch (error) {
      if (signal.aborted) return;
      setFailure(reportOf(error));
      // What was sent stays told; what was refused before it was sent has its notice alone.
      setGiven((last) => (last?.state === 'sent' ? { ...last, state: 'unconfirmed' } : undefined));
    }
    await queries.invalidateQueries({ queryKey: ['health', 'timeline', mac] });
  };
  return {
    given,
    failure,
    give: (command) => {
      const controller = new AbortController();
      abort.current = controller;
      void follow(command, controller.signal);
    },
  };
}
