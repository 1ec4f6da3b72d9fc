import { Modal, NumberInput, Select, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { PositionField, ZoneField } from '../../components/place-fields.tsx';
import { SaveOrCancel } from '../../components/save-or-cancel.tsx';
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
  const [zone, setZone] = useState(board.zoneId);
  const [temperature, setTemperature] = useState<string | number>(board.temperatureOffset);
  const [humidity, setHumidity] = useState<string | number>(board.humidityOffset);
  const devices = [...(live?.devices.values() ?? [])].filter((device) => device.siteRef === board.siteRef);
  const choose = (value: string | null): void => {
    const device = devices.find((one) => one.mac === value);
    setReplaces(device?.mac ?? null);
    if (device === undefined) return;
    setName(device.name);
    setPosition(device.position);
    setZone(device.zoneId);
  };
  const save = (event: FormEvent): void => {
    event.preventDefault();
    draft(board.address, {
      name: name.trim(),
      position: position.trim(),
      zoneId: zone,
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
        <PositionField value={position} onChange={setPosition} />
        <ZoneField siteRef={board.siteRef} value={zone} onChange={setZone} />
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
        <SaveOrCancel canSave={name.trim() !== ''} onCancel={onClose} />
      </form>
    </Modal>
  );
}
