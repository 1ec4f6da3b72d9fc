import { PasswordInput, TextInput } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { BoardJob } from '../../../shared/contract/provisioning.ts';
import { doctorKnowsMore } from '../../../shared/domain/doctor-findings.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { AdviceText, useAdvice } from './advice.tsx';
import { wifiProblem } from './form-state.ts';
import type { LaneProps } from './lane.tsx';
import { wordsFor } from './lane-words.ts';
import { WiringPicture } from './pictures.tsx';
import { usePortName } from './port-words.tsx';
import { useProvision } from './provision-store.ts';

/** What happened, what is safe, what to do next, with the remedy as the button. */
export function NeedsYouPart({ job, pin, locked, first, onDetails }: LaneProps): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { failure, run } = useFailure();
  const [correcting, setCorrecting] = useState(false);
  const words = wordsFor(job);
  const portName = usePortName();
  const ssid = useProvision((state) => state.form.wifiSsid);
  const data = {
    ...job.error?.data,
    address: portName(job.address),
    by:
      typeof job.error?.data['program'] === 'string'
        ? t('errors.by', { program: job.error.data['program'] })
        : '',
    pin,
    ssid,
    sensor: useProvision((state) => `DHT${state.form.dhtType}`),
    host: useProvision((state) => state.form.mqttHost),
  };
  const advice = useAdvice({
    // A board that fails a second time may do so for another reason.
    key: `${job.id} ${job.finishedMs ?? 0}`,
    address: job.address,
    error: job.error,
    enabled: doctorKnowsMore(job.finding),
  });
  const retry = (): Promise<unknown> => client.provisioning.retry({ id: job.id });
  const act = (): void => {
    switch (words.remedy) {
      case 'correct-wifi':
        setCorrecting(true);
        break;
      case 'start-stack':
        run(async () => {
          await client.stack.start({});
          await retry();
        });
        break;
      case 'retry':
      case 'test-sensor':
        run(retry);
        break;
    }
  };
  return (
    <>
      <h3 className="bad">{t(words.title, data)}</h3>
      <p>{t(words.body, data)}</p>
      <p className="safe">
        <StatusGlyph kind={words.isSafe ? 'ok' : 'warn'} />
        <strong>{t(words.safe)}</strong>
      </p>
      {words.showsWiring ? (
        <div className="wiring-part">
          <WiringPicture pin={pin} />
          <p>
            <strong>{t('provision.wiring.check')}</strong> {t(words.next, data)}
          </p>
        </div>
      ) : advice === undefined ? (
        <p>{t(words.next, data)}</p>
      ) : (
        <AdviceText advice={{ ...advice, data: { ...advice.data, address: portName(job.address) } }} />
      )}
      {correcting ? (
        <CorrectWifi job={job} onClose={() => setCorrecting(false)} />
      ) : (
        <div className="row-of lane-buttons">
          <button
            type="button"
            className={first ? 'button filled large' : 'button large'}
            onClick={act}
            disabled={locked}
          >
            <IconRefresh size={18} aria-hidden="true" />
            {t(`provision.remedy.${words.remedy}`)}
          </button>
          <button
            type="button"
            className="button large"
            disabled={locked}
            aria-label={t('provision.skipNamed', { name: job.name })}
            onClick={() => run(() => client.provisioning.dismiss({ id: job.id }))}
          >
            {t('provision.skip')}
          </button>
          <button
            type="button"
            className="button large"
            disabled={locked}
            aria-label={t('provision.detailsNamed', { name: job.name })}
            onClick={onDetails}
          >
            {t('errors.details')}
          </button>
        </div>
      )}
      {failure === undefined ? null : <ErrorNotice error={failure} />}
    </>
  );
}

/** Another password or network for a board that has its firmware: nothing is flashed again. */
function CorrectWifi({ job, onClose }: { readonly job: BoardJob; onClose: () => void }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { form, change } = useProvision();
  const [ssid, setSsid] = useState(form.wifiSsid);
  const [password, setPassword] = useState('');
  const { failure, run } = useFailure();
  const problem = wifiProblem(ssid, password, password === '');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    run(async () => {
      await client.provisioning.retry({ id: job.id, wifi: { ssid, password } });
      // The next boards get what is right now.
      change({ wifiSsid: ssid, wifiPassword: password, openNetwork: password === '' });
      onClose();
    });
  };
  return (
    <form className="form correct-wifi" onSubmit={submit}>
      <TextInput
        label={t('provision.settings.wifi')}
        value={ssid}
        error={problem === 'wifiLong' ? t('provision.form.wifiLong') : null}
        onChange={(event) => setSsid(event.target.value)}
      />
      <PasswordInput
        label={t('provision.settings.password')}
        description={t('provision.settings.emptyIsOpen')}
        value={password}
        data-autofocus
        autoComplete="off"
        error={
          problem === 'passwordShort' || problem === 'passwordLong' ? t(`provision.form.${problem}`) : null
        }
        visibilityToggleButtonProps={{
          'aria-label': t('provision.settings.showPassword'),
          'aria-hidden': false,
          tabIndex: 0,
        }}
        onChange={(event) => setPassword(event.target.value)}
      />
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      <div className="row-of">
        <button type="submit" className="button filled" disabled={problem !== null}>
          {t('provision.retryWifi')}
        </button>
        <button type="button" className="button" onClick={onClose}>
          {t('shell.cancel')}
        </button>
      </div>
    </form>
  );
}
