import { Checkbox, PasswordInput, Select, TextInput } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { WifiNetwork } from '../../../shared/contract/provisioning.ts';
import { Signal } from '../../components/signal.tsx';
import { isOpen, wifiProblem } from './form-state.ts';
import { useProvision } from './provision-store.ts';
import type { ProvisionFacts } from './use-facts.ts';

const byHand = '\u0000';

/** Network and password, from what this machine hears or typed by hand. */
export function WifiFields({ facts }: { readonly facts: ProvisionFacts }): ReactElement {
  const { t } = useTranslation();
  const { form, change } = useProvision();
  const { networks } = facts;
  const heard = networks.find((network) => network.ssid === form.wifiSsid);
  const [hidden, setHidden] = useState(false);
  const typed = hidden || networks.length === 0 || (form.wifiSsid !== '' && heard === undefined);
  const problem = wifiProblem(form.wifiSsid, form.wifiPassword, isOpen(form, networks));
  const ssidError = problem === 'wifiLong' ? t('provision.form.wifiLong') : null;
  const passwordError =
    problem === 'passwordShort' || problem === 'passwordLong' ? t(`provision.form.${problem}`) : null;
  return (
    <>
      <div className="pair">
        {networks.length === 0 ? null : (
          <Select
            label={t('provision.settings.wifi')}
            data={[
              ...networks.map((network) => ({
                value: network.ssid,
                label: network.ssid,
                disabled: network.band === '5',
              })),
              { value: byHand, label: t('provision.settings.hidden') },
            ]}
            value={typed ? byHand : form.wifiSsid === '' ? null : form.wifiSsid}
            placeholder={t('provision.settings.chooseWifi')}
            allowDeselect={false}
            renderOption={({ option }) => (
              <NetworkOption
                label={option.label}
                network={networks.find((network) => network.ssid === option.value)}
              />
            )}
            onChange={(value) => {
              setHidden(value === byHand);
              change({ wifiSsid: value === null || value === byHand ? '' : value });
            }}
          />
        )}
        {typed ? (
          <TextInput
            label={t(networks.length === 0 ? 'provision.settings.wifi' : 'provision.settings.wifiName')}
            value={form.wifiSsid}
            error={ssidError}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => change({ wifiSsid: event.target.value })}
          />
        ) : null}
        {isOpen(form, networks) ? (
          <p className="open-network">{t('provision.settings.open')}</p>
        ) : (
          <PasswordInput
            label={t('provision.settings.password')}
            value={form.wifiPassword ?? ''}
            placeholder={form.wifiPassword === null ? t('provision.settings.kept') : ''}
            error={passwordError}
            autoComplete="off"
            visibilityToggleButtonProps={{
              'aria-label': t('provision.settings.showPassword'),
              'aria-hidden': false,
              tabIndex: 0,
            }}
            onChange={(event) => change({ wifiPassword: event.target.value })}
          />
        )}
      </div>
      {typed ? (
        <Checkbox
          label={t('provision.settings.openToo')}
          checked={form.openNetwork}
          onChange={(event) => change({ openNetwork: event.target.checked })}
        />
      ) : null}
      {networks.some((network) => network.band === '5') ? (
        <p className="hint">{t('provision.settings.only5')}</p>
      ) : null}
      {facts.selected.length > 0 && facts.selected.every((row) => row.port.kind === 'virtual') ? (
        <p className="hint">{t('provision.demo.wifi')}</p>
      ) : null}
      {facts.networksKnown || facts.checkedMs === 0 ? null : (
        <p className="hint">{t('provision.settings.notHeard')}</p>
      )}
    </>
  );
}

function NetworkOption({
  label,
  network,
}: {
  readonly label: string;
  readonly network: WifiNetwork | undefined;
}): ReactElement {
  const { t } = useTranslation();
  return (
    <span className="network-option">
      <span>{label}</span>
      {network === undefined ? null : network.band === '5' ? (
        <span className="hint">{t('provision.settings.band5')}</span>
      ) : (
        <Signal rssi={network.rssi} />
      )}
    </span>
  );
}
