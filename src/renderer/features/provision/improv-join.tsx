import { PasswordInput, TextInput } from '@mantine/core';
import { IconRefresh, IconWifi } from '@tabler/icons-react';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImprovFacts, ImprovNetwork } from '../../../shared/contract/improv.ts';
import type { PortInfo } from '../../../shared/contract/ports.ts';
import { ErrorNotice } from '../../app/error-notice.tsx';
import { Signal } from '../../components/signal.tsx';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { wifiProblem } from './form-state.ts';
import { BoardPages } from './improv-facts.tsx';
import { namingPort } from './port-name.ts';
import type { ImprovTalk } from './use-improv.ts';

/** The networks that the board hears, its names, and the button that lets it join. */
export function ImprovJoin(props: {
  readonly facts: ImprovFacts;
  readonly talk: ImprovTalk;
  readonly port: PortInfo;
}): ReactElement {
  const { t } = useTranslation();
  const { facts, talk } = props;
  const { networks } = talk;
  const namedNow = facts.deviceName ?? facts.device?.deviceName ?? '';
  /** `null`: none chosen; empty: typed by hand. */
  const [chosen, setChosen] = useState<string | null>(null);
  const [typed, setTyped] = useState('');
  const [password, setPassword] = useState('');
  const [deviceName, setDeviceName] = useState(namedNow);
  const [hostname, setHostname] = useState(facts.hostname ?? '');
  const byHand = chosen === '' || (networks.length === 0 && !talk.scanning);
  const ssid = byHand ? typed : (chosen ?? '');
  const heard = networks.find((network) => network.ssid === ssid);
  const open = heard?.secured === false || (heard === undefined && password === '');
  const problem = wifiProblem(ssid, open ? '' : password, open);
  const busy = talk.joining !== null || talk.asking || talk.scanning;
  const join = (event: FormEvent): void => {
    event.preventDefault();
    if (problem !== null || busy) return;
    talk.join({
      ssid,
      password: open ? '' : password,
      deviceName: changed(deviceName, namedNow),
      hostname: changed(hostname, facts.hostname ?? ''),
    });
  };
  return (
    <form className="form" onSubmit={join}>
      <Heard
        networks={networks}
        scanning={talk.scanning}
        scanUnknown={talk.scanUnknown}
        busy={busy}
        chosen={byHand ? '' : chosen}
        onChoose={setChosen}
        onScan={talk.scan}
      />
      {byHand ? (
        <TextInput
          label={t('provision.settings.wifiName')}
          value={typed}
          error={problem === 'wifiLong' ? t('provision.form.wifiLong') : null}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setTyped(event.target.value)}
        />
      ) : null}
      {heard?.secured === false ? (
        <p>{t('provision.settings.open')}</p>
      ) : (
        <PasswordInput
          label={t('provision.settings.password')}
          description={byHand ? t('provision.settings.emptyIsOpen') : null}
          value={password}
          autoComplete="off"
          error={
            password !== '' && (problem === 'passwordShort' || problem === 'passwordLong')
              ? t(`provision.form.${problem}`)
              : null
          }
          visibilityToggleButtonProps={{
            'aria-label': t('provision.settings.showPassword'),
            'aria-hidden': false,
            tabIndex: 0,
          }}
          onChange={(event) => setPassword(event.target.value)}
        />
      )}
      {props.port.kind === 'virtual' ? <p className="hint">{t('provision.improv.demo')}</p> : null}
      {namedNow === '' && facts.hostname === null ? null : (
        <details className="more">
          <summary>{t('provision.improv.names')}</summary>
          <TextInput
            label={t('provision.improv.fact.deviceName')}
            value={deviceName}
            maxLength={60}
            onChange={(event) => setDeviceName(event.target.value)}
          />
          {facts.hostname === null ? null : (
            <TextInput
              label={t('provision.improv.fact.hostname')}
              description={t('provision.improv.hostnameHint')}
              value={hostname}
              maxLength={63}
              spellCheck={false}
              onChange={(event) => setHostname(event.target.value)}
            />
          )}
        </details>
      )}
      {talk.failure === undefined ? null : <ErrorNotice error={namingPort(talk.failure, props.port)} />}
      <p role="status" className="row-glyph">
        {talk.joining !== null ? (
          <>
            <StatusGlyph kind="busy" />
            {t('provision.improv.joining', { ssid: talk.joining })}
          </>
        ) : talk.joined !== null ? (
          <>
            <StatusGlyph kind="ok" />
            {t('provision.improv.joined', { ssid: talk.joined })}
          </>
        ) : null}
      </p>
      {talk.joined === null ? null : <BoardPages facts={facts} />}
      <div className="row-of">
        <button type="submit" className="button filled" disabled={problem !== null || busy}>
          <IconWifi size={18} aria-hidden="true" />
          {t(problem === 'wifi' ? 'provision.improv.joinNone' : 'provision.improv.join')}
        </button>
        {talk.joining === null ? null : (
          <button type="button" className="button" onClick={talk.stopWaiting}>
            {t('provision.improv.stopWaiting')}
          </button>
        )}
      </div>
    </form>
  );
}

function changed(value: string, before: string): string | null {
  const trimmed = value.trim();
  return trimmed === '' || trimmed === before ? null : trimmed;
}

/** A list to choose from by arrow keys, strongest first; the last entry is a name of one's own. */
function Heard(props: {
  readonly networks: readonly ImprovNetwork[];
  readonly scanning: boolean;
  readonly scanUnknown: boolean;
  readonly busy: boolean;
  readonly chosen: string | null;
  onChoose: (ssid: string) => void;
  onScan: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const { networks, chosen, onChoose } = props;
  const choice = (ssid: string, words: ReactElement): ReactElement => (
    <li key={ssid}>
      <label>
        <input type="radio" name="improv-network" checked={chosen === ssid} onChange={() => onChoose(ssid)} />
        {words}
      </label>
    </li>
  );
  return (
    <fieldset className="improv-networks">
      <legend>{t('provision.improv.networks')}</legend>
      {networks.length === 0 ? (
        <p className="secondary">
          {t(
            props.scanning
              ? 'provision.improv.scanning'
              : props.scanUnknown
                ? 'provision.improv.noScan'
                : 'provision.improv.noNetwork',
          )}
        </p>
      ) : (
        <ul>
          {networks.map((network) =>
            choice(
              network.ssid,
              <>
                <span>{network.ssid}</span>
                <span className="secondary">
                  {t(network.secured ? 'provision.improv.secured' : 'provision.improv.open')}
                </span>
                <Signal rssi={network.rssi} />
              </>,
            ),
          )}
          {choice('', <span>{t('provision.settings.hidden')}</span>)}
        </ul>
      )}
      {props.scanUnknown ? null : (
        <button type="button" className="button" disabled={props.busy} onClick={props.onScan}>
          <IconRefresh size={18} aria-hidden="true" />
          {t('provision.improv.scan')}
        </button>
      )}
    </fieldset>
  );
}
