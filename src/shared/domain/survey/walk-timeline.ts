import type { PartOf, SurveyContents } from './survey-contents.ts';

export interface WalkStep {
  readonly label: string;
  readonly name: string;
  readonly startedMs: number;
  /** Of a recording that runs or was cut off: the last moment that is known of it. */
  readonly endedMs: number;
  readonly state: PartOf<'recording'>['state'];
  /** Whether it is the recording that counts for its point. */
  readonly counts: boolean;
  readonly devices: number;
}

/** Where the walk was when: all recordings in the order of their start, also those that do not count. */
export function walkTimeline({ points, recordings }: SurveyContents): readonly WalkStep[] {
  const byId = new Map(points.map((point) => [point.id, point]));
  return [...recordings]
    .sort((a, b) => a.startedMs - b.startedMs)
    .map(({ id, pointId, startedMs, endedMs, state, devices, discarded }) => {
      const point = byId.get(pointId);
      const heard = devices.flatMap(({ temperature, humidity, rssi }) =>
        [temperature, humidity, rssi].flatMap((known) => (known === null ? [] : [known.lastMs])),
      );
      return {
        label: point?.label ?? '?',
        name: point?.name ?? '',
        startedMs,
        endedMs: endedMs ?? Math.max(startedMs, ...heard),
        state,
        counts: point?.recordingId === id && discarded === '',
        devices: devices.length,
      };
    });
}
