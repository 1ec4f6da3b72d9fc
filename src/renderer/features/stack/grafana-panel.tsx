import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient, useDocker, useSettings } from '../../app/live.ts';
import { engineHost, exposureOf } from './stack-words.ts';

interface Login {
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

/** The way to the dashboards; the password comes only when it is asked for, and goes when it is hidden. */
export function GrafanaPanel({ running }: { readonly running: boolean }): ReactElement | null {
  const { t } = useTranslation();
  const client = useClient();
  const docker = useDocker();
  const settings = useSettings();
  const { failure, run } = useFailure();
  const [login, setLogin] = useState<Login>();
  if (settings === undefined) return null;
  const host = engineHost(docker?.engine?.address);
  const unreachable = host !== '127.0.0.1' && exposureOf(settings.grafanaAddress) === 'here';
  return (
    <section className="panel" aria-labelledby="grafana-title">
      <h2 id="grafana-title">{t('stackPage.grafana.title')}</h2>
      <p className="secondary">
        {t(unreachable ? 'stackPage.grafana.unreachable' : 'stackPage.grafana.body')}
      </p>
      <div className="row-of">
        {running && !unreachable ? (
          <a
            className="button"
            href={`http://${host}:${settings.grafanaPort}/`}
            target="_blank"
            rel="noreferrer"
          >
            {t('stackPage.grafana.open')}
          </a>
        ) : null}
        <button
          type="button"
          className="button"
          aria-expanded={login !== undefined}
          onClick={() =>
            login === undefined
              ? run(async () => setLogin(await client.docker.grafanaLogin({})))
              : setLogin(undefined)
          }
        >
          {t(login === undefined ? 'stackPage.grafana.show' : 'stackPage.grafana.hide')}
        </button>
      </div>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      {login === undefined ? null : (
        <dl className="facts">
          <div>
            <dt>{t('stackPage.grafana.address')}</dt>
            <dd>{login.url}</dd>
          </div>
          <div>
            <dt>{t('stackPage.grafana.user')}</dt>
            <dd>
              <code>{login.username}</code>
            </dd>
          </div>
          <div>
            <dt>{t('stackPage.grafana.password')}</dt>
            <dd>
              <code>{login.password}</code>
            </dd>
          </div>
        </dl>
      )}
    </section>
  );
}
