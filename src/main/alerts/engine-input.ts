import type { Judgement } from '../../shared/domain/device-health/judge.ts';
import type { EngineInput } from './alert-engine.ts';
import { deviceConditions, stackConditions, type StackSigns } from './conditions.ts';

/** All devices as they are judged now. */
export interface JudgedFleet {
  readonly entries: ReadonlyMap<
    string,
    { readonly place: { readonly siteRef: string | null }; readonly judgement: Judgement }
  >;
}

export interface Stranger {
  readonly mac: string;
  readonly firstSeenMs: number;
  readonly ignored: boolean;
}

/** What the engine is told, from everything that is judged. */
export function engineInput(
  fleet: JudgedFleet,
  stack: StackSigns,
  strangers: readonly Stranger[],
  graceUntilMs: number | null,
  nowMs: number,
): EngineInput {
  const devices: EngineInput['devices'][number][] = [];
  const unheard = new Set<string>();
  const silentSinceMs = new Map<string, { readonly siteRef: string | null; readonly sinceMs: number }>();
  const devicesOfSite = new Map<string | null, number>();
  for (const [mac, { place, judgement }] of fleet.entries) {
    const { siteRef } = place;
    devicesOfSite.set(siteRef, (devicesOfSite.get(siteRef) ?? 0) + 1);
    if (judgement.verdict === 'unknown') {
      unheard.add(mac);
      continue;
    }
    const [first] = judgement.reasons;
    if (first === undefined) continue;
    devices.push(...deviceConditions(mac, siteRef, judgement, nowMs));
    const silent = judgement.reasons.find(({ code }) => code === 'silent' || code === 'said-offline');
    if (silent?.sinceMs !== undefined && silent.sinceMs !== null)
      silentSinceMs.set(mac, { siteRef, sinceMs: silent.sinceMs });
  }
  const unknown = strangers.filter(({ ignored }) => !ignored);
  return {
    nowMs,
    devices,
    unheard,
    silentSinceMs,
    devicesOfSite,
    graceUntilMs,
    stack: [
      ...stackConditions(stack, nowMs),
      ...(unknown.length === 0
        ? []
        : [
            {
              kind: 'unknown-device' as const,
              severity: 'warning' as const,
              sinceMs: Math.min(...unknown.map(({ firstSeenMs }) => firstSeenMs)),
              data: {},
              devices: unknown.map(({ mac }) => mac),
            },
          ]),
    ],
  };
}
