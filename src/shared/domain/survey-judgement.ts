import type {
  DeviceStatistics,
  SurveyCriteria,
  SurveyPoint,
  SurveyRecording,
  SurveyZone,
} from '../contract/survey-parts.ts';

export type SurveyVerdict = 'pass' | 'fail' | 'incomplete' | 'not-measured';

/** One thing that a point is held against. `measured` and `least`/`most` are °C, % relative humidity, dBm, counts or seconds. */
export interface JudgedLine {
  readonly what: 'rssi' | 'temperature' | 'humidity' | 'readings' | 'stable';
  readonly mac: string | null;
  readonly result: 'pass' | 'fail' | 'incomplete';
  /** The value that decided: the one furthest out where there are limits on both sides. */
  readonly measured: number | null;
  readonly least: number | null;
  readonly most: number | null;
}

export interface PointJudgement {
  readonly verdict: SurveyVerdict;
  readonly lines: readonly JudgedLine[];
}

/**
 * Holds a point against the criteria. A line fails as soon as a device breaks it; it is incomplete where nothing was
 * received of what it needs. A point that is a problem fails whatever was measured there.
 *
 * @param recording the one that counts; `undefined` where there is none, or it runs
 */
export function judgePoint(
  point: Pick<SurveyPoint, 'state'>,
  recording: SurveyRecording | undefined,
  criteria: SurveyCriteria,
  zone: SurveyZone | undefined,
): PointJudgement {
  if (recording === undefined || recording.state === 'running' || recording.discarded !== '')
    return { verdict: point.state === 'problem' ? 'fail' : 'not-measured', lines: [] };
  const lines = recording.devices.flatMap((device) => linesOf(device, criteria, zone));
  if (point.state === 'problem' || lines.some(({ result }) => result === 'fail'))
    return { verdict: 'fail', lines };
  const whole = lines.length > 0 && lines.every(({ result }) => result === 'pass');
  return { verdict: whole ? 'pass' : 'incomplete', lines };
}

function linesOf(
  device: DeviceStatistics,
  criteria: SurveyCriteria,
  zone: SurveyZone | undefined,
): readonly JudgedLine[] {
  const { mac, rssi, temperature, humidity } = device;
  const readings = temperature?.count ?? 0;
  const lines: JudgedLine[] = [
    {
      what: 'rssi',
      mac,
      result: rssi === null ? 'incomplete' : rssi.mean >= criteria.rssiLeastDbm ? 'pass' : 'fail',
      measured: rssi?.mean ?? null,
      least: criteria.rssiLeastDbm,
      most: null,
    },
    {
      what: 'readings',
      mac,
      result: readings >= criteria.readingsLeast ? 'pass' : 'incomplete',
      measured: readings,
      least: criteria.readingsLeast,
      most: null,
    },
  ];
  if (criteria.useZoneLimits && zone !== undefined) {
    const inside = [
      { what: 'temperature', statistic: temperature, least: zone.temperatureMin, most: zone.temperatureMax },
      { what: 'humidity', statistic: humidity, least: zone.humidityMin, most: zone.humidityMax },
    ] as const;
    for (const { what, statistic, least, most } of inside) {
      if (least === null && most === null) continue;
      const measured = statistic === null ? null : furthestOut(statistic, least, most);
      lines.push({
        what,
        mac,
        result: measured === null ? 'incomplete' : within(measured, least, most) ? 'pass' : 'fail',
        measured,
        least,
        most,
      });
    }
  }
  if (criteria.stableSecondsLeast > 0) {
    const stableFor =
      temperature === null || temperature.stableSinceMs === null
        ? 0
        : (temperature.lastMs - temperature.stableSinceMs) / 1_000;
    lines.push({
      what: 'stable',
      mac,
      result:
        temperature === null ? 'incomplete' : stableFor >= criteria.stableSecondsLeast ? 'pass' : 'fail',
      measured: stableFor,
      least: criteria.stableSecondsLeast,
      most: null,
    });
  }
  return lines;
}

/** Of the smallest and the largest value the one that is further out, or less far in. */
function furthestOut(
  { min, max }: { readonly min: number; readonly max: number },
  least: number | null,
  most: number | null,
): number {
  const below = least === null ? -Infinity : least - min;
  const above = most === null ? -Infinity : max - most;
  return below > above ? min : max;
}

function within(value: number, least: number | null, most: number | null): boolean {
  return (least === null || value >= least) && (most === null || value <= most);
}
