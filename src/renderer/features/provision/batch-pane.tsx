import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { settingsOf } from './form-state.ts';
import { useProvision } from './provision-store.ts';
import { OptionSwitch } from './settings-form.tsx';
import type { ProvisionFacts } from './use-facts.ts';
import { useStartAuto } from './use-start.ts';

const problemsShown = 8;

/** A tray of boards: started as they are plugged in, named from a list. */
export function BatchPane({ facts }: { readonly facts: ProvisionFacts }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const queries = useQueryClient();
  const chooser = useRef<HTMLInputElement>(null);
  const [lock, setLock] = useState(false);
  const [result, setResult] = useState<{
    readonly taken: number;
    readonly problems: readonly { readonly line: number; readonly reason: string }[];
  }>();
  const { failure, run } = useFailure();
  const startAuto = useStartAuto();
  const { form } = useProvision();
  const { problem, roster, state } = facts;
  const left = roster.filter((entry) => !entry.used).length;
  const load = (file: File | undefined): void => {
    if (file === undefined) return;
    run(async () => {
      setResult(undefined);
      setResult(await client.provisioning.importRoster({ csv: await file.text() }));
      await queries.invalidateQueries({ queryKey: ['provision', 'roster'] });
    });
  };
  return (
    <section className="pane batch-pane">
      <div className="pane-head">
        <h2>{t('provision.batch.title')}</h2>
        <span className="hint">
          {roster.length === 0 ? t('provision.batch.noRoster') : t('provision.batch.roster', { count: left })}
        </span>
      </div>
      <div className="batch-controls">
        <OptionSwitch
          title={t('provision.batch.auto')}
          body={
            problem === null
              ? t('provision.batch.autoBody')
              : t('provision.batch.autoNeeds', { what: t(`provision.block.form.${problem}`) })
          }
          checked={state.autoStart}
          disabled={!state.autoStart && problem !== null}
          onChange={(on) => run(() => startAuto(on, settingsOf(form, facts.networks), lock))}
        />
        <OptionSwitch
          title={t('provision.batch.lock')}
          body={t('provision.batch.lockBody')}
          checked={lock || state.locked}
          disabled={state.autoStart}
          onChange={setLock}
        />
        <div className="roster">
          <input
            ref={chooser}
            type="file"
            accept=".csv,text/csv"
            hidden
            onChange={(event) => {
              load(event.target.files?.[0]);
              event.target.value = '';
            }}
          />
          <button
            type="button"
            className="button"
            disabled={state.locked}
            onClick={() => chooser.current?.click()}
          >
            {t('provision.batch.load')}
          </button>
          <span className="hint">{t('provision.batch.columns')}</span>
        </div>
      </div>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      {result === undefined ? null : (
        <div role="status" className="roster-result">
          <p>
            <StatusGlyph kind={result.problems.length === 0 ? 'ok' : 'warn'} />{' '}
            {t('provision.batch.taken', { count: result.taken })}
            {result.problems.length === 0
              ? ''
              : ` ${t('provision.batch.problems', { count: result.problems.length })}`}
          </p>
          <ul>
            {result.problems.slice(0, problemsShown).map(({ line, reason }) => (
              <li key={`${line} ${reason}`}>
                {t('provision.batch.line', { line, reason: t(`provision.batch.reason.${reason}`, reason) })}
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
