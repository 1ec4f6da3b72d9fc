import { judgePoint, type JudgedLine } from '../survey-judgement.ts';
import { coverage, heatMap } from './heat-map.ts';
import { countingRecording, mapPoints, type PartOf, type SurveyContents } from './survey-contents.ts';

export type Verdict = 'pass' | 'fail' | 'open';

/** What a finding is about, with what was measured and what was asked for; words: `survey.reasons.{code}`. */
export interface Reason {
  readonly code: ReasonCode;
  readonly measured: number | null;
  readonly limit: number | null;
  /** A device's MAC address, the text of a problem or of a question. */
  readonly about: string;
}

export type ReasonCode =
  | 'no-criteria'
  | 'criteria-late'
  | 'no-points'
  | 'not-measured'
  | 'measuring'
  | 'problem'
  | 'rssi-missing'
  | 'temperature-missing'
  | 'humidity-missing'
  | 'stable-missing'
  | 'rssi-weak'
  | 'too-few-readings'
  | 'not-stable'
  | 'temperature-low'
  | 'temperature-high'
  | 'humidity-low'
  | 'humidity-high'
  | 'coverage-low'
  | 'coverage-unknown'
  | 'checklist-failed'
  | 'checklist-open'
  | 'no-first-reading'
  | 'check-failed';

export interface Judged {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
}

export interface JudgedPoint extends Judged {
  readonly point: PartOf<'point'>;
  readonly recording: PartOf<'recording'> | undefined;
}

export interface JudgedSurvey extends Judged {
  readonly points: readonly JudgedPoint[];
  /** Share of the area between the points of a plan that is strong enough; `null` where there is no area. */
  readonly coverage: readonly { readonly plan: PartOf<'plan'>; readonly share: number | null }[];
  readonly passed: number;
  readonly failed: number;
  readonly open: number;
}

const openCodes: ReadonlySet<ReasonCode> = new Set([
  'no-criteria',
  'no-points',
  'not-measured',
  'measuring',
  'coverage-unknown',
  'checklist-open',
  'no-first-reading',
]);

function judged(reasons: readonly Reason[]): Judged {
  if (reasons.some(({ code }) => !openCodes.has(code))) return { verdict: 'fail', reasons };
  return { verdict: reasons.length > 0 ? 'open' : 'pass', reasons };
}

const reason = (
  code: ReasonCode,
  about = '',
  measured: number | null = null,
  limit: number | null = null,
): Reason => ({ code, about, measured, limit });

/**
 * Holds a survey against its own criteria: it passes only where everything that was asked for is there and kept, and
 * where what was asked for was fixed before the first recording began. What is missing leaves it open, what is not kept
 * fails it.
 */
export function judgeSurvey(contents: SurveyContents): JudgedSurvey {
  const points = contents.points.map((point) => judgeOne(point, contents));
  const shares = coverages(contents);
  const own = [
    ...criteriaReasons(contents),
    ...(points.length === 0 ? [reason('no-points')] : []),
    ...coverageReasons(contents, shares),
    ...contents.checklist.flatMap(({ result, text, reason: why }) =>
      result === 'fail'
        ? [reason('checklist-failed', why === '' ? text : `${text} (${why})`)]
        : result === 'open'
          ? [reason('checklist-open', text)]
          : [],
    ),
    ...contents.placements.flatMap(({ firstReading, name, mac }) =>
      firstReading === null ? [reason('no-first-reading', name === '' ? mac : name)] : [],
    ),
    ...contents.checks.flatMap(({ passed, passedDevices, devices }) =>
      passed ? [] : [reason('check-failed', '', passedDevices, devices)],
    ),
  ];
  const count = (verdict: Verdict): number => points.filter((point) => point.verdict === verdict).length;
  const [passed, failed, open] = [count('pass'), count('fail'), count('open')];
  const { verdict } = judged(own);
  return {
    verdict: verdict === 'fail' || failed > 0 ? 'fail' : verdict === 'open' || open > 0 ? 'open' : 'pass',
    reasons: own,
    points,
    coverage: shares,
    passed,
    failed,
    open,
  };
}

function criteriaReasons({ criteria, recordings }: SurveyContents): readonly Reason[] {
  if (criteria === undefined) return [reason('no-criteria')];
  const began = recordings.map(({ startedMs }) => startedMs);
  if (began.length === 0) return [];
  const first = Math.min(...began);
  const { fixedMs } = criteria;
  return fixedMs === null || fixedMs > first ? [reason('criteria-late', '', fixedMs, first)] : [];
}

/** One point, with what stands against it in the order in which it was judged. */
function judgeOne(point: PartOf<'point'>, { criteria, recordings, zones }: SurveyContents): JudgedPoint {
  const recording = countingRecording(point, recordings);
  const problem = point.state === 'problem' ? [reason('problem', point.problem)] : [];
  if (criteria === undefined) {
    const reasons = [...problem, reason('no-criteria')];
    return { point, recording, verdict: problem.length > 0 ? 'fail' : 'open', reasons };
  }
  const zone = zones.find(({ id }) => id === point.zoneId);
  const { verdict, lines } = judgePoint(point, recording, criteria, zone);
  const reasons = lines.flatMap((line) => lineReason(line) ?? []);
  const missing = verdict === 'not-measured' || (verdict === 'incomplete' && lines.length === 0);
  const running = recording !== undefined && recording.endedMs === null;
  return {
    point,
    recording,
    verdict: verdict === 'pass' || verdict === 'fail' ? verdict : 'open',
    reasons: [...problem, ...(missing ? [reason(running ? 'measuring' : 'not-measured')] : []), ...reasons],
  };
}

function lineReason({ what, result, mac, measured, least, most }: JudgedLine): Reason | null {
  if (result === 'pass') return null;
  const about = mac ?? '';
  if (what === 'readings') return reason('too-few-readings', about, measured, least);
  if (measured === null) return reason(what === 'rssi' ? 'rssi-missing' : `${what}-missing`, about);
  if (what === 'rssi') return reason('rssi-weak', about, measured, least);
  if (what === 'stable') return reason('not-stable', about, measured, least);
  const low = least !== null && measured < least;
  return reason(`${what}-${low ? 'low' : 'high'}`, about, measured, low ? least : most);
}

function coverages(contents: SurveyContents): JudgedSurvey['coverage'] {
  const least = contents.criteria?.rssiLeastDbm;
  return contents.plans.map((plan) => {
    const map = least === undefined ? null : heatMap(mapPoints(contents, 'rssi', plan.id));
    return { plan, share: map === null || least === undefined ? null : coverage(map, least) };
  });
}

function coverageReasons({ criteria }: SurveyContents, shares: JudgedSurvey['coverage']): readonly Reason[] {
  const least = criteria?.coverageLeast ?? null;
  if (least === null) return [];
  if (shares.every(({ share }) => share === null)) return [reason('coverage-unknown', '', null, least)];
  return shares.flatMap(({ plan, share }) =>
    share !== null && share < least ? [reason('coverage-low', plan.name, share, least)] : [],
  );
}
