/** The design language's colours, as a canvas needs them. */
export interface ChartColours {
  readonly surface: string;
  readonly ink: string;
  readonly ink2: string;
  readonly ink3: string;
  readonly grid: string;
  readonly line: string;
  readonly band: string;
  readonly bandEdge: string;
  readonly hatch: string;
  readonly okText: string;
  readonly badText: string;
  readonly badFill: string;
  readonly temperature: string;
  readonly humidity: string;
  readonly series: readonly string[];
  /** Width of a line, CSS pixels. */
  readonly chartLine: number;
  readonly font: string;
}

export type LineTone = 'series' | 'temperature' | 'humidity' | 'ink';

/** On, off, on, off in CSS pixels; of the design language, solid for the first. */
const dashes: readonly (readonly number[])[] = [[], [9, 4], [2, 3], [12, 3, 2, 3], [5, 5], [1, 4]];

export const dashOf = (slot: number): readonly number[] => dashes[slot] ?? [];

export interface LineStyle {
  readonly colour: string;
  readonly dash: readonly number[];
  readonly width: number;
}

/** Six lines can be told apart; further ones are thin and grey. */
export const styledLines = dashes.length;

export function lineStyle(slot: number, tone: LineTone, colours: ChartColours): LineStyle {
  if (tone !== 'series') {
    const colour = tone === 'ink' ? colours.ink2 : colours[tone];
    return { colour, dash: [], width: colours.chartLine };
  }
  if (slot >= styledLines) return { colour: colours.ink3, dash: [], width: 1 };
  return { colour: colours.series[slot] ?? colours.ink, dash: dashOf(slot), width: colours.chartLine };
}

/** Of the theme that the page wears now. */
export function readColours(): ChartColours {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(name).trim();
  return {
    surface: of('--surface'),
    ink: of('--ink'),
    ink2: of('--ink-2'),
    ink3: of('--ink-3'),
    grid: of('--grid'),
    line: of('--line'),
    band: of('--band'),
    bandEdge: of('--band-edge'),
    hatch: of('--hatch'),
    okText: of('--ok-text'),
    badText: of('--bad-text'),
    badFill: of('--bad-fill'),
    temperature: of('--temperature'),
    humidity: of('--humidity'),
    series: ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => of(`--series-${letter}`)),
    chartLine: Number.parseFloat(of('--chart-line')) || 1.5,
    font: of('--font'),
  };
}
