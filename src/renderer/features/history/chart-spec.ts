import type { Annotation, Limits, SeriesAnswer } from '../../../shared/contract/history.ts';
import { chartLine, type ChartLine, type Measurement } from '../../components/chart/chart-line.ts';
import type { LineTone } from '../../components/chart/chart-colours.ts';
import type { LimitSet } from '../../components/chart/paint-frame.ts';
import type { PlotSpec, PlotWords } from '../../components/chart/paint-plot.ts';
import { valueAxis, type ValueAxis } from '../../../shared/domain/value-axis.ts';

/** A device that is shown, with its limits as far as they are drawn. */
export interface ShownSensor {
  readonly mac: string;
  readonly slot: number;
  readonly letter: string | null;
  readonly label: string;
  readonly limits: Limits | null;
}

/** How near a limit must be to be shown though no reading comes near it: °C, % relative humidity. */
const reach: Readonly<Record<Measurement, number>> = { temperature: 4, humidity: 8 };

export interface SpecOptions {
  readonly measurement: Measurement;
  readonly sensors: readonly ShownSensor[];
  readonly gapMs: number;
  readonly withBand: boolean;
  readonly withGaps: boolean;
  readonly annotations: readonly Annotation[];
  /** The words of annotations and of the longest gap are said once, in the upper chart. */
  readonly sayMarks: boolean;
  readonly tone: LineTone;
  readonly ticks: number;
  readonly words: PlotWords;
}

export function chartSpec(answer: SeriesAnswer, options: SpecOptions): PlotSpec {
  const { measurement, sensors } = options;
  const byMac = new Map(sensors.map((sensor) => [sensor.mac, sensor]));
  const lines = answer.series.flatMap((series) => {
    const sensor = byMac.get(series.mac);
    if (sensor === undefined) return [];
    return [
      chartLine(series, {
        measurement,
        resolution: answer.resolution,
        toMs: answer.toMs,
        slot: sensor.slot,
        letter: sensor.letter,
        label: sensor.label,
        limits: sensor.limits,
        gapMs: options.gapMs,
      }),
    ];
  });
  const limits = limitSets(sensors, measurement);
  const withBand = options.withBand && answer.resolution.kind !== 'raw';
  return {
    lines: lines.sort((a, b) => a.slot - b.slot),
    tone: options.tone,
    axis: axisOf(lines, limits, { withBand, reach: reach[measurement], ticks: options.ticks }),
    limits,
    withBand,
    withGaps: options.withGaps,
    sayGap: options.sayMarks,
    marks: options.annotations.map((annotation) => ({
      id: String(annotation.id),
      timeMs: annotation.timeMs,
      text: options.sayMarks ? markText(annotation, byMac, options.words) : '',
    })),
    words: options.words,
  };
}

function markText(annotation: Annotation, byMac: ReadonlyMap<string, ShownSensor>, words: PlotWords): string {
  const letter = annotation.mac === null ? null : (byMac.get(annotation.mac)?.letter ?? null);
  return letter === null ? annotation.text : words.labelled(letter, annotation.text);
}

/** Each set of limits once; with the letters of its devices where there are several sets. */
export function limitSets(sensors: readonly ShownSensor[], measurement: Measurement): readonly LimitSet[] {
  const sets = new Map<string, { min: number | null; max: number | null; letters: string[] }>();
  for (const { limits, letter } of sensors) {
    const min = limits?.[`${measurement}Min`] ?? null;
    const max = limits?.[`${measurement}Max`] ?? null;
    if (min === null && max === null) continue;
    const key = `${min} ${max}`;
    const set = sets.get(key) ?? { min, max, letters: [] };
    sets.set(key, set);
    if (letter !== null) set.letters.push(letter);
  }
  const several = sets.size > 1;
  return [...sets.values()].map(({ min, max, letters }) => ({
    min,
    max,
    letters: several ? letters.join(' ') : '',
  }));
}

function axisOf(
  lines: readonly ChartLine[],
  limits: readonly LimitSet[],
  options: { readonly withBand: boolean; readonly reach: number; readonly ticks: number },
): ValueAxis {
  let [low, high] = [Infinity, -Infinity];
  for (const line of lines)
    for (const values of options.withBand ? [line.min, line.max] : [line.avg])
      for (const value of values) {
        if (value === null) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
  const edges = limits.flatMap(({ min, max }) => [min, max]).filter((value) => value !== null);
  if (low > high) [low, high] = edges.length === 0 ? [0, 10] : [Math.min(...edges), Math.max(...edges)];
  return valueAxis(low, high, edges, { reach: options.reach, atMost: options.ticks });
}
