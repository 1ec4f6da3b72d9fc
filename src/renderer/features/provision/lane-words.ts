import type { BoardJob, StepState } from '../../../shared/contract/provisioning.ts';
import type { GlyphKind } from '../../components/status-glyph.tsx';

export type Remedy = 'correct-wifi' | 'test-sensor' | 'start-stack' | 'retry';

type Finding = NonNullable<BoardJob['finding']>;

/** The first is the filled button of the lane. Everything can be skipped and looked into besides. */
const remedies: Readonly<Record<Finding, Remedy>> = {
  'board-error': 'retry',
  'no-such-network': 'correct-wifi',
  'wrong-wifi-password': 'correct-wifi',
  'no-ip-address': 'retry',
  'broker-unreachable': 'retry',
  'broker-refused-login': 'retry',
  'sensor-silent': 'test-sensor',
  crashing: 'retry',
  'brown-out': 'retry',
  'no-firmware-answer': 'retry',
  'nothing-arrived': 'retry',
  'reading-quarantined': 'retry',
  'stack-stopped': 'start-stack',
};

export interface LaneWords {
  /** Keys of both catalogues. */
  readonly title: string;
  readonly body: string;
  readonly next: string;
  readonly safe: string;
  /** What is on the board is whole: the sentence about it carries a check. */
  readonly isSafe: boolean;
  readonly remedy: Remedy;
  readonly showsWiring: boolean;
}

/** The sentences of a lane that needs a person; an error of the board has its own words. */
export function wordsFor(job: BoardJob): LaneWords {
  const finding = job.finding ?? 'board-error';
  const code = job.error?.code ?? 'internal';
  const own = finding === 'board-error';
  return {
    title: own ? `errors.${code}.what` : `provision.finding.${finding}.title`,
    body: own ? `errors.${code}.safe` : `provision.finding.${finding}.body`,
    next: own ? `errors.${code}.next` : `provision.finding.${finding}.next`,
    safe: `provision.safe.${job.boardState}`,
    isSafe: job.boardState !== 'firmware-incomplete' && job.boardState !== 'boot-loader-incomplete',
    remedy: remedies[finding],
    showsWiring: finding === 'sensor-silent',
  };
}

export interface LaneState {
  readonly glyph: GlyphKind;
  /** Key below `provision.lane`. */
  readonly word: string;
}

const restingStates: Readonly<Record<Exclude<BoardJob['phase'], 'running'>, LaneState>> = {
  waiting: { glyph: 'waiting', word: 'waiting' },
  ready: { glyph: 'ok', word: 'ready' },
  'needs-you': { glyph: 'bad', word: 'needsYou' },
  cancelled: { glyph: 'idle', word: 'cancelled' },
};

export function laneState(job: BoardJob): LaneState {
  if (job.phase === 'running') return { glyph: 'busy', word: `now.${runningStep(job)?.step ?? 'connect'}` };
  return restingStates[job.phase];
}

export const runningStep = (job: BoardJob): StepState | undefined =>
  job.steps.find((step) => step.state === 'running');

const optional: ReadonlySet<string> = new Set(['backup', 'erase', 'boot']);

/** Steps that were not asked for are not on the page; the start of the board only while it lasts. */
export function shownSteps(job: BoardJob): readonly StepState[] {
  return job.steps.filter(({ step, state }) => {
    if (step === 'boot') return state === 'running' || state === 'failed';
    return !optional.has(step) || (state !== 'waiting' && state !== 'skipped');
  });
}

/** Share of the whole way, for the one bar of a batch row: each step counts by its usual length. */
export function shareDone(job: BoardJob): number {
  if (job.phase === 'ready') return 1;
  const weight = (step: string): number => (step === 'write' ? 60 : optional.has(step) ? 2 : 10);
  const steps = job.steps.filter((step) => step.state !== 'skipped');
  const total = steps.reduce((sum, { step }) => sum + weight(step), 0);
  const done = steps.reduce(
    (sum, { step, state, progress }) =>
      sum + weight(step) * (state === 'done' ? 1 : state === 'running' ? (progress?.fraction ?? 0) : 0),
    0,
  );
  return total === 0 ? 0 : done / total;
}

export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'verbose';
const levelOf = new Map<string, LogLevel>([
  ['E', 'error'],
  ['W', 'warn'],
  ['I', 'info'],
  ['D', 'debug'],
  ['V', 'verbose'],
]);

/** Level of an ESP-IDF or Arduino log line: `E (1234) wifi: ...`, `[  1234][E][main.cpp:10]`. */
export function logLevel(text: string): LogLevel | null {
  const letter = /^([EWIDV]) \(\d/.exec(text)?.[1] ?? /^\[\s*\d+\]\[([EWIDV])\]/.exec(text)?.[1];
  const level = letter === undefined ? undefined : levelOf.get(letter);
  if (level !== undefined) return level;
  return /guru meditation|brownout detector|abort\(\) was called/i.test(text) ? 'error' : null;
}
