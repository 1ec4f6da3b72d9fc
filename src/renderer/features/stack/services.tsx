import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { DockerService, DockerStackState, ServiceDrift } from '../../../shared/contract/docker.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient, useNow } from '../../app/live.ts';
import { useToldWork } from '../../app/use-told-work.ts';
import { formatBytes, formatDuration, formatNumber } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { MiniChart } from './flow-row.tsx';
import { serviceGlyph } from './stack-words.ts';
import { UpSteps, type Progress } from './up-progress.tsx';
import type { ServiceSeries } from './use-service-series.ts';

/** Every container with what can be seen of it, and in what it is not as compose.yaml says. */
export function Services(props: {
  readonly docker: DockerStackState;
  readonly series: ReadonlyMap<string, ServiceSeries>;
  readonly running: boolean;
}): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { failure, run } = useFailure();
  const now = useNow(5_000);
  const { docker } = props;
  return (
    <section className="pane services" aria-labelledby="services-title">
      <div className="pane-head">
        <h2 id="services-title">{t('stackPage.services.title')}</h2>
        <span className="secondary">{docker.project}</span>
      </div>
      <Drift drift={docker.drift} running={props.running} />
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      {docker.services.length === 0 ? <p className="secondary">{t('stackPage.services.none')}</p> : null}
      <ul className="service-list">
        {docker.services.map((service) => (
          <ServiceRow
            key={service.name}
            service={service}
            series={props.series.get(service.name)}
            now={now}
            canRestart={props.running && service.container !== null}
            onRestart={() => run(() => client.docker.restartService({ service: service.name }))}
          />
        ))}
      </ul>
    </section>
  );
}

function ServiceRow(props: {
  readonly service: DockerService;
  readonly series: ServiceSeries | undefined;
  readonly now: number;
  readonly canRestart: boolean;
  onRestart: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const { service, series, now } = props;
  const bytes = (value: number | null): string => (value === null ? '–' : formatBytes(value));
  const facts = [
    [
      'uptime',
      service.startedMs === null ? '–' : formatDuration((now - service.startedMs) / 1000),
      undefined,
    ],
    ['restarts', formatNumber(service.restarts), undefined],
    ['cpu', service.cpuPercent === null ? '–' : `${formatNumber(service.cpuPercent, 1)} %`, series?.cpu],
    [
      'memory',
      service.memoryLimitBytes === null
        ? bytes(service.memoryBytes)
        : `${bytes(service.memoryBytes)} / ${bytes(service.memoryLimitBytes)}`,
      series?.memory,
    ],
    ['network', `↓ ${bytes(service.networkReceivedBytes)} ↑ ${bytes(service.networkSentBytes)}`, undefined],
    ['disk', bytes(service.volumeBytes), undefined],
    [
      'ports',
      service.ports.length === 0
        ? t('stackPage.services.noPorts')
        : service.ports.map(({ address, port }) => `${address}:${port}`).join(', '),
      undefined,
    ],
  ] as const;
  return (
    <li className="service">
      <div className="service-head">
        <h3>
          <StatusGlyph kind={serviceGlyph[service.state]} /> {service.name}
        </h3>
        <span>
          {t(`stackPage.services.state.${service.state}`)}
          {service.exitCode === null || service.state !== 'exited'
            ? ''
            : ` (${t('stackPage.services.exitCode', { code: service.exitCode })})`}
        </span>
        <span className="spacer" />
        <button
          type="button"
          className="button"
          disabled={!props.canRestart}
          aria-label={t('stackPage.services.restartNamed', { name: service.name })}
          onClick={props.onRestart}
        >
          {t('stackPage.services.restart')}
        </button>
      </div>
      <p className="secondary">
        <code>{service.image}</code>
        {service.healthText === null || service.healthText === '' ? '' : ` · ${service.healthText}`}
      </p>
      <dl className="service-facts">
        {facts.map(([name, value, points]) => (
          <div key={name}>
            <dt>{t(`stackPage.services.facts.${name}`)}</dt>
            <dd>
              {value} {points === undefined || points.length < 2 ? null : <MiniChart series={points} />}
            </dd>
          </div>
        ))}
      </dl>
    </li>
  );
}

function Drift(props: {
  readonly drift: readonly ServiceDrift[];
  readonly running: boolean;
}): ReactElement | null {
  const { t } = useTranslation();
  const client = useClient();
  const { running, progress, failure, run, cancel } = useToldWork<Progress>();
  if (props.drift.length === 0 && !running && failure === undefined) return null;
  return (
    <div className="drift" role="group" aria-label={t('stackPage.drift.title')}>
      <p>
        <StatusGlyph kind="warn" /> {t('stackPage.drift.title')}
      </p>
      <ul className="plain-list">
        {props.drift.map(({ service, field, wanted, found }) => (
          <li key={`${service} ${field}`}>
            {t('stackPage.drift.line', {
              service,
              field: t(`stackPage.drift.field.${field}`),
              wanted,
              found,
            })}
          </li>
        ))}
      </ul>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      {running && progress !== null ? <UpSteps progress={progress} /> : null}
      <div className="row-of">
        <button
          type="button"
          className="button"
          disabled={running || !props.running}
          onClick={() => void run((signal) => client.docker.apply({}, { signal }))}
        >
          {t('stackPage.drift.apply')}
        </button>
        {running ? (
          <button type="button" className="button" onClick={cancel}>
            {t('shell.cancel')}
          </button>
        ) : (
          <span className="secondary">{t('stackPage.drift.applyBody')}</span>
        )}
      </div>
    </div>
  );
}
