import { Modal, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient, usePorts } from '../../app/live.ts';
import { portName } from './port-name.ts';

/** A board in another room, behind a serial server; those added before can be taken off here. */
export function NetworkBoardDialog({ onClose }: { onClose: () => void }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const added = (usePorts() ?? []).filter((port) => port.kind === 'network');
  const [address, setAddress] = useState('');
  const [label, setLabel] = useState('');
  const { failure, run } = useFailure();
  const good = /^(?:socket|rfc2217):\/\/[^\s/:]+:\d{1,5}\/?$/i.test(address.trim());
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    run(async () => {
      await client.ports.addNetwork({ address: address.trim(), label: label.trim() });
      onClose();
    });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('provision.network.add')}
      centered
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <form className="form" onSubmit={submit}>
        <p className="secondary">{t('provision.network.body')}</p>
        <TextInput
          label={t('provision.network.address')}
          placeholder="rfc2217://192.168.50.20:4000"
          value={address}
          data-autofocus
          error={address === '' || good ? null : t('provision.network.bad')}
          onChange={(event) => setAddress(event.target.value)}
        />
        <TextInput
          label={t('provision.network.label')}
          value={label}
          maxLength={100}
          onChange={(event) => setLabel(event.target.value)}
        />
        {added.map((port) => (
          <div className="added" key={port.id}>
            <span>
              {portName(port)} <span className="hint">{port.address}</span>
            </span>
            <button
              type="button"
              className="button"
              aria-label={t('provision.network.removeNamed', { name: portName(port) })}
              onClick={() => run(() => client.ports.removeNetwork({ address: port.address }))}
            >
              {t('provision.network.remove')}
            </button>
          </div>
        ))}
        {failure === undefined ? null : <ErrorNotice error={failure} />}
        <div className="row-of">
          <button type="submit" className="button filled" disabled={!good}>
            {t('provision.network.addNow')}
          </button>
          <button type="button" className="button" onClick={onClose}>
            {t('shell.cancel')}
          </button>
        </div>
      </form>
    </Modal>
  );
}
