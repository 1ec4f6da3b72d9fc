import { IconPrinter } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { BoardJob } from '../../../shared/contract/provisioning.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useBoard } from '../../app/live.ts';
import { formatDuration, formatNumber, humidityUnit } from '../../components/format.ts';
import { LimitScale } from '../../components/limit-scale.tsx';
import { Signal } from '../../components/signal.tsx';
import { LabelPicture, usePrintLabels } from './labels.tsx';

/** The proof: the newest reading of this very board on its limits, its signal, and its label. */
export function ReadyPart({
  job,
  now,
  locked,
}: {
  readonly job: BoardJob;
  readonly now: number;
  readonly locked: boolean;
}): ReactElement {
  const { t } = useTranslation();
  const board = useBoard();
  const { failure, run } = useFailure();
  const printLabels = usePrintLabels();
  const { reading, mac } = job;
  const device = mac === null ? undefined : board?.devices.get(mac);
  const zone = board?.zones.find((one) => one.id === device?.zoneId);
  // The board goes on measuring: its newest reading is shown where one came since.
  const newer = device !== undefined && reading !== null && (device.readingMs ?? 0) > reading.timeMs;
  const temperature = newer ? device.temperature : (reading?.temperature ?? null);
  const humidity = newer ? device.humidity : (reading?.humidity ?? null);
  const timeMs = newer ? device.readingMs : (reading?.timeMs ?? null);
  const [min, max] = [zone?.temperatureMin ?? null, zone?.temperatureMax ?? null];
  return (
    <>
      {timeMs === null ? null : (
        <p className="secondary">
          {t('provision.liveReading', { age: formatDuration((now - timeMs) / 1000) })}
          {reading === null
            ? null
            : ` · ${t('provision.delay', { span: formatNumber(reading.delayMs / 1000, 1) })}`}
        </p>
      )}
      <div className="ready-values">
        {temperature === null ? null : (
          <span className="ready-value">
            {formatNumber(temperature, 1)} <span className="unit">°C</span>
          </span>
        )}
        {humidity === null ? null : (
          <span className="ready-value">
            {formatNumber(humidity, 1)} <span className="unit">{humidityUnit()}</span>
          </span>
        )}
        <Signal rssi={device?.rssi ?? reading?.rssi ?? null} />
      </div>
      {temperature === null ? null : (
        <LimitScale
          name={job.name}
          min={min}
          max={max}
          pointers={[{ label: job.name, value: temperature, silent: false }]}
        />
      )}
      {mac === null ? null : (
        <div className="ready-label">
          <LabelPicture mac={mac} name={job.name} />
          <button
            type="button"
            className="button large"
            disabled={locked}
            aria-label={t('provision.printOne', { name: job.name })}
            onClick={() => run(() => printLabels([mac]))}
          >
            <IconPrinter size={18} aria-hidden="true" />
            {t('provision.print')}
          </button>
        </div>
      )}
      {failure === undefined ? null : <ErrorNotice error={failure} />}
    </>
  );
}
