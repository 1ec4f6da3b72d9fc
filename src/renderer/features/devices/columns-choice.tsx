import { Checkbox, Popover } from '@mantine/core';
import { IconColumns3 } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { fleetColumns } from '../../../shared/domain/fleet-columns.ts';
import type { FleetColumn } from '../../../shared/contract/health.ts';
import { fixedColumn } from './fleet-columns.ts';
import { useFleetLook } from './fleet-look.ts';

/** Which columns the table has, and whether it is grouped. */
export function ColumnsChoice({ columns }: { readonly columns: readonly FleetColumn[] }): ReactElement {
  const { t } = useTranslation();
  const { look, change } = useFleetLook();
  const [opened, setOpened] = useState(false);
  const choose = (column: FleetColumn, on: boolean): void =>
    // In their usual order, wherever one is added.
    change({ columns: fleetColumns.filter((one) => (one === column ? on : columns.includes(one))) });
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom-end"
      trapFocus
      returnFocus
      transitionProps={{ duration: 0 }}
      portalProps={{ target: '#open-lists' }}
    >
      <Popover.Target>
        <button type="button" className="button" onClick={() => setOpened(!opened)}>
          <IconColumns3 size={18} aria-hidden="true" />
          {t('devices.columnsChoice')}
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('devices.columnsChoice')}>
        <div className="columns-choice">
          <Checkbox
            label={t('devices.groupBySite')}
            checked={look.groupBySite}
            onChange={(event) => change({ groupBySite: event.currentTarget.checked })}
          />
          <fieldset>
            <legend className="secondary">{t('devices.columnsOf')}</legend>
            {fleetColumns.map((column) => (
              <Checkbox
                key={column}
                label={t(`devices.columns.${column}`)}
                checked={columns.includes(column)}
                disabled={column === fixedColumn}
                onChange={(event) => choose(column, event.currentTarget.checked)}
              />
            ))}
          </fieldset>
          <button
            type="button"
            className="button"
            disabled={look.columns === null}
            onClick={() => change({ columns: null })}
          >
            {t('devices.usualColumns')}
          </button>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
