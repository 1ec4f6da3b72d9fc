import { Drawer, Select, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { PositionField, ZoneField } from '../../components/place-fields.tsx';
import { SaveOrCancel } from '../../components/save-or-cancel.tsx';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useBoard, useClient } from '../../app/live.ts';
import type { DeviceView } from './device-view.ts';

/** Name, position, site and zone of an adopted device. */
export function EditDrawer({
  view,
  onClose,
}: {
  readonly view: DeviceView;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const board = useBoard();
  const { device } = view;
  const [name, setName] = useState(device.name);
  const [position, setPosition] = useState(device.position);
  const [siteRef, setSiteRef] = useState(device.siteRef ?? '');
  const [zone, setZone] = useState(device.zoneId);
  const { failure, run } = useFailure();
  const save = (event: FormEvent): void => {
    event.preventDefault();
    run(async () => {
      await client.devices.update({
        mac: device.mac,
        name,
        position,
        siteRef,
        zoneId: zone,
      });
      onClose();
    });
  };
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      title={t('devices.editTitle', { name: view.label })}
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <form className="form" onSubmit={save}>
        <TextInput
          label={t('devices.name')}
          value={name}
          maxLength={60}
          data-autofocus
          onChange={(event) => setName(event.target.value)}
        />
        <PositionField value={position} onChange={setPosition} />
        <Select
          label={t('shell.site')}
          data={(board?.sites ?? []).map((one) => ({ value: one.ref, label: one.name }))}
          value={siteRef}
          allowDeselect={false}
          onChange={(value) => {
            setSiteRef(value ?? '');
            setZone(null);
          }}
        />
        <ZoneField siteRef={siteRef} value={zone} onChange={setZone} />
        {failure === undefined ? null : <ErrorNotice error={failure} />}
        <SaveOrCancel canSave onCancel={onClose} />
      </form>
    </Drawer>
  );
}
