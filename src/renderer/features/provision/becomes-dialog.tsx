import { Modal, NumberInput, Select, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { BatchBoard } from '../../../shared/contract/provisioning.ts';
import { useBoard } from '../../app/live.ts';
import { usePortName } from './port-words.tsx';
import { useProvision } from './provision-store.ts';

const newSensor = '+';

/** What one board becomes: a new sensor, or the one whose place it takes; with its calibration. */
export function BecomesDialog({
  board,
  onClose,
}: {
  readonly board: BatchBoard;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const live = useBoard();
  const portName = usePortName();
  const draft = useProvision((state) => state.draft);
  const [replaces, setReplaces] = useState(board.replaces);
  const [name, setName] = useState(board.name);
  const [position, setPosition] = useState(board.position);
  const [zone, setZone] = useState(board.zoneId === null ? null : String(board.zoneId));
  const [temperature, setTemperature] = useState<string | number>(board.temperatureOffset);
  const [humidity, setHumidity] = useState<string | number>(board.humidityOffset);
  const devices = [...(live?.devices.values() ?? [])].filter((device) => device.siteRef === board.siteRef);
  const zones = (live?.zones ?? []).filter((one) => one.siteRef === board.siteRef);
  const choose = (value: string | null): void => {
    const device = devices.find((one) => one.mac === value);
    setReplaces(device?.mac ?? null);
    if (device === undefined) return;
    setName(device.name);
    setPosition(device.position);
    setZone(device.zoneId === null ? null : String(device.zoneId));
  };
  const save = (event: FormEvent): void => {
    event.preventDefault();
    draft(board.address, {
      name: name.trim(),
      position: position.trim(),
      zoneId: zone === null ? null : Number(zone),
      temperatureOffset: Number(temperature) || 0,
      humidityOffset: Number(humidity) || 0,
      replaces,
    });
    onClose();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('provision.becomes.title', { port: portName(board.address) })}
      centered
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <form className="form" onSubmit={save}>
        <Select
          label={t('provision.becomes.as')}
          data={[
            { value: newSensor, label: t('provision.becomes.new') },
            ...devices.map((device) => ({
              value: device.mac,
              label: t('provision.becomes.replace', { name: device.name === '' ? device.mac : device.name }),
            })),
          ]}
          value={replaces ?? newSensor}
          allowDeselect={false}
          onChange={choose}
        />
        {replaces === null ? null : <p className="secondary">{t('provision.becomes.replaceBody')}</p>}
        <TextInput
          label={t('devices.name')}
          description={t('devices.nameHint')}
          value={name}
          maxLength={60}
          data-autofocus
          onChange={(event) => setName(event.target.value)}
        />
        <TextInput
          label={t('devices.position')}
          description={t('devices.positionHint')}
          value={position}
          maxLength={120}
          onChange={(event) => setPosition(event.target.value)}
        />
        <Select
          label={t('overview.zone')}
          data={zones.map((one) => ({ value: String(one.id), label: one.name }))}
          value={zone}
          clearable
          placeholder={t('overview.noZone')}
          onChange={setZone}
        />
        <div className="pair">
          <NumberInput
            label={t('deviceConfiguration.fields.temperatureOffset')}
            value={temperature}
            min={-300}
            max={300}
            decimalScale={2}
            hideControls
            onChange={setTemperature}
          />
          <NumberInput
            label={t('deviceConfiguration.fields.humidityOffset')}
            value={humidity}
            min={-100}
            max={100}
            decimalScale={2}
            hideControls
            onChange={setHumidity}
          />
        </div>
        <p className="secondary">{t('provision.becomes.calibration')}</p>
        <div className="row-of">
          <button type="submit" className="button filled" disabled={name.trim() === ''}>
            {t('shell.save')}
          </button>
          <button type="button" className="button" onClick={onClose}>
            {t('shell.cancel')}
          </button>
        </div>
      </form>
    </Modal>
  );
}
