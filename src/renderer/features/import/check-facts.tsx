import { Select } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportCheck, ImportDevice, ImportFaults } from '../../../shared/contract/readings-import.ts';
import { parseMacAddress, type MacAddress } from '../../../shared/domain/mac-address.ts';
import { useBoard } from '../../app/live.ts';
import { formatNumber } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { AdoptDialog } from '../devices/adopt-dialog.tsx';
import { utc } from './look-table.tsx';

const devicesShown = 40;

/** What the import would do, who its readings belong to, and what cannot be read. */
export function CheckFacts(props: {
  readonly check: ImportCheck;
  readonly disabled: boolean;
  onAssign: (source: string, mac: string | null) => void;
  onAdopted: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const { check } = props;
  const { faults, fromMs, toMs } = check;
  const at = (rows: number): string =>
    check.exact || rows === 0 ? formatNumber(rows) : t('import.atMost', { rows: formatNumber(rows) });
  const facts: readonly (readonly [string, string])[] = [
    [t('import.count.lines'), formatNumber(check.lines)],
    [t('import.count.added'), at(check.added)],
    [t('import.count.replaced'), at(check.replaced)],
    [t('import.count.unchanged'), formatNumber(check.unchanged)],
    [t('import.count.unassigned'), formatNumber(check.unassigned)],
    [t('import.count.refused'), formatNumber(faults.total)],
    [
      t('import.count.range'),
      fromMs === null || toMs === null ? '–' : t('import.fromTo', { from: utc(fromMs), to: utc(toMs) }),
    ],
  ];
  return (
    <>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <h3>{t('import.devices')}</h3>
      <ul className="import-devices">
        {check.devices.slice(0, devicesShown).map((device) => (
          <SourceDevice key={device.source} device={device} {...props} />
        ))}
      </ul>
      {check.devices.length + check.moreDevices > devicesShown ? (
        <p className="hint">
          {t('import.moreDevices', { count: check.devices.length + check.moreDevices - devicesShown })}
        </p>
      ) : null}
      <FaultTable faults={faults} />
    </>
  );
}

function SourceDevice({
  device,
  disabled,
  onAssign,
  onAdopted,
}: {
  readonly device: ImportDevice;
  readonly disabled: boolean;
  onAssign: (source: string, mac: string | null) => void;
  onAdopted: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const devices = [...(useBoard()?.devices.values() ?? [])];
  const [adopting, setAdopting] = useState(false);
  const { source, mac, adoptable, rows } = device;
  const address = parseMacAddress(source);
  return (
    <li>
      <StatusGlyph kind={mac === null ? 'unknown' : 'ok'} />
      <div>
        <strong>{source}</strong>
        <p className="secondary">
          {t(mac === null ? 'import.unknownRows' : 'import.knownRows', {
            count: rows,
            rows: formatNumber(rows),
          })}
        </p>
      </div>
      <Select
        aria-label={t('import.assign', { source })}
        placeholder={t('import.leaveOut')}
        data={devices.map((one) => ({ value: one.mac, label: one.name === '' ? one.mac : one.name }))}
        value={mac}
        clearable={!adoptable}
        searchable
        disabled={disabled}
        onChange={(chosen) => onAssign(source, chosen)}
      />
      {adoptable ? (
        <button
          type="button"
          className="button"
          disabled={disabled}
          aria-label={t('devices.adoptNamed', { mac: source })}
          onClick={() => setAdopting(true)}
        >
          {t('devices.adopt')}
        </button>
      ) : null}
      {adopting && address !== undefined ? (
        <AdoptDialog
          candidate={candidateOf(address)}
          onClose={() => setAdopting(false)}
          onDone={() => {
            setAdopting(false);
            onAdopted();
          }}
        />
      ) : null}
    </li>
  );
}

/** A device that only a file knows: nothing of it waits. */
function candidateOf(mac: MacAddress): Parameters<typeof AdoptDialog>[0]['candidate'] {
  return {
    mac,
    firstSeenMs: 0,
    lastSeenMs: 0,
    messages: 0,
    siteRef: null,
    temperature: null,
    humidity: null,
    rssi: null,
    ignored: false,
    kept: 0,
    evicted: 0,
  };
}

/** The first faults by their lines, all by their reasons. */
export function FaultTable({ faults }: { readonly faults: ImportFaults }): ReactElement | null {
  const { t } = useTranslation();
  if (faults.total === 0) return null;
  return (
    <>
      <p className="strong">
        {t('import.faults', { count: faults.total, total: formatNumber(faults.total) })}
      </p>
      <ul className="import-reasons">
        {Object.entries(faults.byReason).map(([reason, count]) => (
          <li key={reason}>
            {t(`import.reason.${reason as keyof ImportFaults['byReason']}`)}{' '}
            <strong>{formatNumber(count)}</strong>
          </li>
        ))}
      </ul>
      <div
        className="import-scroll"
        role="region"
        aria-label={t('import.faultsLabel')}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
      >
        <table className="import-faults">
          <thead>
            <tr>
              <th scope="col" className="number">
                {t('import.line')}
              </th>
              <th scope="col">{t('import.why')}</th>
              <th scope="col">{t('import.text')}</th>
            </tr>
          </thead>
          <tbody>
            {faults.first.map(({ line, reason, text }) => (
              <tr key={line}>
                <td className="number">{formatNumber(line)}</td>
                <td>{t(`import.reason.${reason}`)}</td>
                <td>
                  <code>{text}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {faults.total > faults.first.length ? (
        <p className="hint">{t('import.faultsShown', { shown: faults.first.length })}</p>
      ) : null}
    </>
  );
}
