import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { HeartbeatSeries } from '../../../shared/contract/history.ts';
import { formatDuration } from '../../components/format.ts';
import { beatsOf } from './beats.ts';

const blocksAbout = 96;
const quarterMs = 900_000;

/** A bar per quarter of an hour below the signal: full with all heartbeats, half with some, a base dash with none. */
export function BeatStrip({ heartbeats }: { readonly heartbeats: HeartbeatSeries }): ReactElement {
  const { t } = useTranslation();
  const { timesMs, counts, fromMs, toMs, resolution } = heartbeats;
  const stepMs = resolution.kind === 'raw' ? 0 : resolution.stepMs;
  const wished = (toMs - fromMs) / blocksAbout;
  const blockMs = Math.max(quarterMs, stepMs * 4, Math.ceil(wished / quarterMs) * quarterMs);
  const beats = beatsOf(timesMs, counts, { fromMs, toMs }, blockMs);
  const count = (wanted: string): number => beats.filter((beat) => beat === wanted).length;
  return (
    <div className="beat-strip">
      <div
        className="beat-bars"
        role="img"
        aria-label={t('devices.beatsLabel', {
          span: formatDuration(blockMs / 1_000),
          all: count('all'),
          some: count('some'),
          none: count('none'),
        })}
      >
        {beats.map((beat, block) => (
          // A bar has no name but its place.
          // oxlint-disable-next-line react/no-array-index-key
          <i key={block} className={beat} />
        ))}
      </div>
      <ul className="chart-legend" aria-hidden="true">
        <li className="hint">{t('devices.beatsPer', { span: formatDuration(blockMs / 1_000) })}</li>
        {(['all', 'some', 'none'] as const).map((beat) => (
          <li key={beat}>
            <span className="beat-bars sample">
              <i className={beat} />
            </span>
            {t(`devices.beats.${beat}`)}
          </li>
        ))}
      </ul>
    </div>
  );
}
