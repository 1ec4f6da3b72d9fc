import type { HealthFacts } from '../../shared/domain/device-health/facts.ts';
import { judgeDevice, type Judgement } from '../../shared/domain/device-health/judge.ts';
import type { Thresholds } from '../../shared/domain/device-health/thresholds.ts';
import type { Queryable } from '../storage/index.ts';
import { DeviceWindow } from './device-window.ts';
import { fillWindows } from './fill-windows.ts';
import type { Place } from './fleet.ts';

export interface Look {
  readonly facts: HealthFacts;
  readonly judgement: Judgement;
  readonly firmware: string | null;
}

/** Devices as the database shows them now, judged by age alone; by MAC. @throws the database's errors */
export async function lookAt(
  places: readonly Place[],
  thresholds: Thresholds,
  ask: <T>(work: (connection: Queryable) => Promise<T>) => Promise<T>,
  nowMs: number,
): Promise<ReadonlyMap<string, Look>> {
  const windows = new Map(places.map(({ mac }) => [mac as string, new DeviceWindow()]));
  await fillWindows(windows, ask, nowMs);
  return new Map(
    places.map(({ mac, limits }) => {
      const window = windows.get(mac) ?? new DeviceWindow();
      const facts = window.facts(limits, nowMs);
      const judgement = judgeDevice(facts, thresholds, 'always', nowMs);
      return [mac, { facts, judgement, firmware: window.firmware }];
    }),
  );
}
