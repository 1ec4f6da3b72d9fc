import type { DeviceStatistics, SurveyPoint, SurveyRecording } from '../../shared/contract/survey-parts.ts';

export type EndState = Exclude<SurveyRecording['state'], 'running'>;

export function endedRecording(
  recording: SurveyRecording,
  devices: readonly DeviceStatistics[],
  state: EndState,
  endedMs: number,
): SurveyRecording {
  return { ...recording, state, endedMs, devices: [...devices] };
}

/**
 * A point after its recording: done by it, where something was received and nothing was interrupted. Else it is what it
 * was before; what an interrupted recording has is kept, and a person decides whether it counts.
 */
export function pointAfter(
  point: SurveyPoint,
  recording: SurveyRecording,
  devices: readonly DeviceStatistics[],
  state: EndState,
  before: SurveyPoint['state'],
): SurveyPoint {
  const received = devices.some(({ temperature, humidity, rssi }) => temperature ?? humidity ?? rssi);
  if (state !== 'interrupted' && received) return { ...point, state: 'done', recordingId: recording.id };
  const was =
    before === 'measuring' || (before === 'done' && point.recordingId === null) ? 'planned' : before;
  return { ...point, state: was };
}
