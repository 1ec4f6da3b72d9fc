import { IconActivity, IconPlayerPlayFilled, IconUsb } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { StackState } from '../../../shared/contract/stack.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient, usePorts, useSettings } from '../../app/live.ts';
import { formatBytes } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { CurvePicture, LaptopPicture, SensorPicture } from './pictures.tsx';

/** "Nothing is running yet": the three ways to begin, each with what it needs. */
export function FirstRun({ stack }: { readonly stack: StackState }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const settings = useSettings();
  const { failure, run } = useFailure();
  const error = stack.error ?? failure;
  const busy = stack.phase === 'starting' || stack.phase === 'stopping';
  const navigate = useNavigate();
  const boards = usePorts()?.length ?? 0;
  const ports = { mqtt: settings?.mqttPort ?? 1883, postgres: settings?.postgresPort ?? 5432 };
  return (
    <div className="first-run">
      <header className="first-head">
        <h1>{t('firstRun.title')}</h1>
        <p>{t('firstRun.subtitle')}</p>
      </header>
      <div className="first-options">
        <Option
          picture={<LaptopPicture />}
          title={t('firstRun.stack.title')}
          body={t('firstRun.stack.body')}
          facts={[
            [t('firstRun.ready'), t('firstRun.stack.ready')],
            [t('firstRun.needs'), t('firstRun.stack.needs')],
            [t('firstRun.opens'), t('firstRun.stack.opens', ports)],
          ]}
        >
          <button
            type="button"
            className="button filled large wide"
            disabled={busy}
            onClick={() => run(() => client.stack.start({}))}
          >
            <IconPlayerPlayFilled size={14} aria-hidden="true" />
            {busy && stack.step !== null ? t(`stack.steps.${stack.step}`) : t('firstRun.stack.title')}
          </button>
        </Option>
        <Option
          picture={<SensorPicture />}
          title={t('firstRun.sensor.title')}
          body={t('firstRun.sensor.body')}
          facts={[
            [t('firstRun.ready'), t('firstRun.sensor.ready')],
            [t('firstRun.needs'), t('firstRun.sensor.needs')],
            [t('firstRun.found'), t('provision.strip.ports', { count: boards })],
          ]}
        >
          <button
            type="button"
            className="button large wide"
            disabled={busy}
            onClick={() =>
              run(async () => {
                await client.stack.start({});
                await navigate({ to: '/provision' });
              })
            }
          >
            <IconUsb size={18} aria-hidden="true" />
            {t('firstRun.sensor.title')}
          </button>
        </Option>
        <Option
          picture={<CurvePicture />}
          title={t('firstRun.demo.title')}
          body={t('firstRun.demo.body')}
          facts={[
            [t('firstRun.sends'), t('firstRun.demo.sends')],
            [t('firstRun.uses'), t('firstRun.demo.uses')],
            [t('firstRun.remove'), t('firstRun.demo.remove')],
          ]}
        >
          <button
            type="button"
            className="button large wide"
            disabled={busy}
            onClick={() => run(() => client.demo.start({}))}
          >
            <IconActivity size={18} aria-hidden="true" />
            {t('firstRun.demo.title')}
          </button>
        </Option>
      </div>
      {error === undefined ? null : (
        <div className="page-body">
          <ErrorNotice error={error} />
        </div>
      )}
      <p className="visually-hidden" role="status">
        {busy && stack.step !== null ? t(`stack.steps.${stack.step}`) : ''}
      </p>
      <Checks />
    </div>
  );
}

function Option(props: {
  readonly picture: ReactNode;
  readonly title: string;
  readonly body: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly children: ReactNode;
}): ReactElement {
  return (
    <section className="first-option">
      {props.picture}
      <h2>{props.title}</h2>
      <p className="secondary">{props.body}</p>
      <dl className="facts">
        {props.facts.map(([key, value]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {props.children}
    </section>
  );
}

/** What the doctor found, in one line. */
function Checks(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { data } = useQuery({
    queryKey: ['doctor'],
    queryFn: ({ signal }) => client.system.doctor({}, { signal }),
  });
  const checks = data?.checks ?? [];
  const taken = checks.filter((check) => check.id.startsWith('port.') && check.status !== 'ok');
  const disk = checks.find((check) => check.id === 'disk.free');
  const docker = checks.find((check) => check.id === 'engine.docker');
  return (
    <footer className="first-checks">
      {checks.length === 0 ? (
        <span className="hint">{t('firstRun.checking')}</span>
      ) : (
        <>
          <span>
            <StatusGlyph kind={taken.length === 0 ? 'ok' : 'warn'} />{' '}
            {taken.length === 0
              ? t('firstRun.portsFree')
              : t('firstRun.portsTaken', {
                  ports: taken.map((check) => String(check.data['port'])).join(', '),
                })}
          </span>
          {typeof disk?.data['freeBytes'] === 'number' ? (
            <span>
              <StatusGlyph kind={disk.status === 'ok' ? 'ok' : 'warn'} />{' '}
              {t('firstRun.disk', { free: formatBytes(disk.data['freeBytes']) })}
            </span>
          ) : null}
          <span className="hint">
            <StatusGlyph kind="idle" />{' '}
            {docker?.status === 'ok' ? t('firstRun.dockerFound') : t('firstRun.dockerNotFound')}
          </span>
        </>
      )}
    </footer>
  );
}
