import {
  defaultThresholds,
  effectiveThresholds,
  thresholdFault,
  type OwnThresholds,
  type Thresholds,
} from '../../../shared/domain/device-health/thresholds.ts';

type ThresholdField = keyof Thresholds;

interface FieldShape {
  readonly field: ThresholdField;
  /** In the unit in which the form shows it. */
  readonly range: readonly [number, number];
  /** Digits behind the point that make sense. */
  readonly digits: number;
  /** What is stored is the shown value divided by this. */
  readonly per: number;
}

const shape = (field: ThresholdField, range: readonly [number, number], digits = 0, per = 1): FieldShape => ({
  field,
  range,
  digits,
  per,
});

/** The fields of the form in their groups; the ranges are those of the contract. */
export const thresholdGroups = [
  {
    group: 'presence',
    fields: [shape('watchAfterMinutes', [1, 1440], 1), shape('offlineAfterMinutes', [2, 10_080], 1)],
  },
  {
    group: 'readings',
    fields: [shape('receivedShareLeast', [0, 100], 1, 100), shape('frozenReadings', [5, 30])],
  },
  {
    group: 'signal',
    fields: [shape('rssiWatchDbm', [-100, -30]), shape('rssiFaultyDbm', [-110, -30])],
  },
  {
    group: 'board',
    fields: [
      shape('heapWatchBytes', [0, 8_000_000]),
      shape('heapFaultyBytes', [0, 8_000_000]),
      shape('heapLeakBytesPerHour', [1, 1_000_000]),
      shape('restartsHourFaulty', [1, 60]),
      shape('restartsDayWatch', [1, 1000]),
      shape('refusedLoginsHour', [1, 1000]),
    ],
  },
] as const satisfies readonly { readonly group: string; readonly fields: readonly FieldShape[] }[];

const shapes: readonly FieldShape[] = thresholdGroups.flatMap(({ fields }): readonly FieldShape[] => fields);

/** What stands in the fields; an empty one takes the default. */
type ThresholdTexts = Readonly<Record<ThresholdField, number | ''>>;

const shownValue = ({ per }: FieldShape, value: number): number => Math.round(value * per * 1e6) / 1e6;

export function textsOf(own: OwnThresholds): ThresholdTexts {
  return Object.fromEntries(
    shapes.map((one) => {
      const value = own[one.field];
      return [one.field, value === undefined ? '' : shownValue(one, value)];
    }),
  ) as unknown as ThresholdTexts;
}

interface CheckedThresholds {
  readonly own: OwnThresholds;
  /** Outside of what the field permits. */
  readonly outOfRange: readonly ThresholdField[];
  /** Contradicts the milder level. */
  readonly contradicts: ThresholdField | null;
}

export function checkThresholds(texts: ThresholdTexts): CheckedThresholds {
  const outOfRange: ThresholdField[] = [];
  const own: Partial<Record<ThresholdField, number>> = {};
  for (const { field, range, per } of shapes) {
    const value = texts[field];
    if (value === '') continue;
    if (value < range[0] || value > range[1]) outOfRange.push(field);
    own[field] = value / per;
  }
  return {
    own,
    outOfRange,
    contradicts: outOfRange.length > 0 ? null : thresholdFault(effectiveThresholds(own)),
  };
}

export const defaultOf = (one: FieldShape): number => shownValue(one, defaultThresholds[one.field]);
