import type { DeviceEvent, EventTopic } from '../storage/queries/device-events.ts';
import type { Fleet, FleetEntry } from './fleet.ts';

/** What holds for so long is noted; what comes and goes faster would fill the line of time. */
const holdMs = 60_000;
/** While the database is away, the newest wait. */
const waitingMost = 20_000;

interface Held {
  value: string;
  /** What is noted last. */
  told: string | null;
  sinceMs: number;
}

/** Notes what changes about devices, once it has held for a minute: verdict, clock, limits. */
export class HealthChanges {
  readonly #held = new Map<string, Map<EventTopic, Held>>();
  #waiting: DeviceEvent[] = [];

  /** What was noted before this start. */
  restore(last: readonly Pick<DeviceEvent, 'mac' | 'topic' | 'value'>[]): void {
    this.#held.clear();
    for (const { mac, topic, value } of last) this.#of(mac).set(topic, { value, told: value, sinceMs: 0 });
  }

  /** Looks at all devices; cheap where nothing changed. */
  look(fleet: Fleet, nowMs: number): void {
    for (const [mac, entry] of fleet.entries) {
      if (entry.judgement.verdict === 'unknown') continue;
      const held = this.#of(mac);
      for (const [topic, value, data] of statesOf(entry)) this.#note(held, mac, topic, value, data, nowMs);
    }
  }

  /** A thing done, at once. */
  add(event: DeviceEvent): void {
    this.#waiting.push(event);
    if (this.#waiting.length > waitingMost) this.#waiting = this.#waiting.slice(-waitingMost);
  }

  take(): readonly DeviceEvent[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }

  putBack(events: readonly DeviceEvent[]): void {
    this.#waiting = [...events, ...this.#waiting].slice(-waitingMost);
  }

  forget(macs: readonly string[]): void {
    for (const mac of macs) this.#held.delete(mac);
  }

  #note(
    held: Map<EventTopic, Held>,
    mac: string,
    topic: EventTopic,
    value: string,
    data: DeviceEvent['data'],
    nowMs: number,
  ): void {
    const before = held.get(topic);
    if (before === undefined) {
      // The good state is where everybody begins: that is no event.
      held.set(topic, { value, told: usual.has(value) ? value : null, sinceMs: nowMs });
      return;
    }
    if (before.value !== value) Object.assign(before, { value, sinceMs: nowMs });
    if (before.told === value || nowMs - before.sinceMs < holdMs) return;
    const from = before.told;
    before.told = value;
    this.add({ mac, timeMs: before.sinceMs, topic, value, data: { ...data, from } });
  }

  #of(mac: string): Map<EventTopic, Held> {
    const known = this.#held.get(mac);
    if (known !== undefined) return known;
    const fresh = new Map<EventTopic, Held>();
    this.#held.set(mac, fresh);
    return fresh;
  }
}

const usual: ReadonlySet<string> = new Set(['healthy', 'right', 'kept']);

function statesOf({
  judgement,
}: FleetEntry): readonly (readonly [EventTopic, string, DeviceEvent['data']])[] {
  const { verdict, reasons } = judgement;
  const outside = reasons.find(({ code }) => code === 'outside-limits');
  return [
    ['verdict', verdict, { reason: reasons[0]?.code ?? null }],
    ['clock', reasons.some(({ code }) => code === 'clock-faulty') ? 'faulty' : 'right', {}],
    ['limits', outside === undefined ? 'kept' : 'left', outside?.data ?? {}],
  ];
}
