import type { BoardCommand, CommandProgress, HealthRow } from '../../shared/contract/health.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { MacAddress } from '../../shared/domain/mac-address.ts';
import { sensorTopic } from '../../shared/domain/topics.ts';
import type { Clock } from '../foundation/clock.ts';
import { pause } from '../foundation/watch-state.ts';
import type { SettledMessage } from './settled-message.ts';

/** A reading that was asked for comes within moments; a restart joins the Wi-Fi anew. */
const waitMs = { blink: 0, measure: 10_000, restart: 90_000 } as const;
/** A reading may come a little before its turn. */
const early = 0.9;

export interface CommandParts {
  readonly clock: Clock;
  /** QoS 1. @throws AppError `stack.not-running` */
  readonly publish: (topic: string, payload: string) => Promise<void>;
  readonly row: (mac: string) => HealthRow | undefined;
  /** Reception of the last reading before now. */
  readonly lastReadingMs: (mac: string) => number | null;
}

/** Orders to boards whose firmware answers, and what can be seen of them afterwards. */
export class BoardCommands {
  readonly #parts: CommandParts;
  readonly #watching = new Map<string, Set<(message: SettledMessage) => void>>();

  constructor(parts: CommandParts) {
    this.#parts = parts;
  }

  accept(messages: readonly SettledMessage[]): void {
    if (this.#watching.size === 0) return;
    for (const message of messages) {
      if (!('mac' in message.decoded) || message.decoded.mac === null) continue;
      for (const listener of this.#watching.get(message.decoded.mac) ?? []) listener(message);
    }
  }

  /** @throws AppError `device.unknown`, `health.command-not-understood`, `health.device-silent`, `stack.not-running` */
  async *run(
    mac: MacAddress,
    command: BoardCommand,
    signal: AbortSignal,
  ): AsyncGenerator<CommandProgress, void, undefined> {
    const { clock, publish } = this.#parts;
    const row = this.#parts.row(mac);
    refuse(mac, row);
    const sentMs = clock.now();
    const ended = new AbortController();
    const state: { seenMs: number | null } = { seenMs: null };
    const follows = this.#evidence(command, sentMs, row?.intervalMs ?? null, this.#parts.lastReadingMs(mac));
    const stop = this.#watch(mac, (message) => {
      if (state.seenMs !== null || !follows(message)) return;
      state.seenMs = message.message.receivedMs;
      ended.abort();
    });
    try {
      await publish(sensorTopic(mac, 'cmd'), JSON.stringify(command));
      yield { state: 'sent', timeMs: sentMs };
      const limitMs = waitMs[command.cmd];
      if (limitMs > 0) await pause(limitMs, AbortSignal.any([signal, ended.signal]));
      if (signal.aborted) return;
      if (state.seenMs !== null) yield { state: 'confirmed', timeMs: state.seenMs };
      else yield { state: limitMs === 0 ? 'cannot-know' : 'unconfirmed', timeMs: clock.now() };
    } finally {
      stop();
    }
  }

  /** What can only follow from the order: a reading more than the interval lets expect; a life that began since. */
  #evidence(
    { cmd }: BoardCommand,
    sentMs: number,
    intervalMs: number | null,
    lastReadingMs: number | null,
  ): (message: SettledMessage) => boolean {
    let readings = 0;
    return ({ decoded, message }) => {
      if (message.receivedMs < sentMs || message.keptCopy === true) return false;
      if (cmd === 'measure' && decoded.kind === 'reading') {
        readings++;
        if (intervalMs === null || lastReadingMs === null) return true;
        const due = Math.floor((message.receivedMs - lastReadingMs) / (intervalMs * early));
        return readings > due;
      }
      // A birth message alone may be a board that only lost its connection.
      return (
        cmd === 'restart' &&
        decoded.kind === 'heartbeat' &&
        decoded.uptime !== null &&
        message.receivedMs - decoded.uptime * 1000 > sentMs - 2_000
      );
    };
  }

  #watch(mac: string, listener: (message: SettledMessage) => void): () => void {
    const listeners = this.#watching.get(mac) ?? new Set();
    this.#watching.set(mac, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#watching.get(mac) === listeners) this.#watching.delete(mac);
    };
  }
}

function refuse(mac: string, row: HealthRow | undefined): void {
  if (row === undefined) throw new AppError('device.unknown', `There is no device ${mac}.`, { mac });
  switch (row.commands) {
    case 'published-firmware':
      throw new AppError(
        'health.command-not-understood',
        `The firmware of ${mac} is the published one, which ignores commands.`,
        { mac },
      );
    case 'offline':
      throw new AppError('health.device-silent', `${mac} is offline: it would not hear the command.`, {
        mac,
      });
    case 'stack-stopped':
      throw new AppError('stack.not-running', 'The stack is not running.');
    case 'answers':
  }
}
