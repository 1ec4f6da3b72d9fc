import type { ServiceLogLine } from '../../../shared/contract/docker.ts';
import { isAppError } from '../../../shared/domain/app-error.ts';
import { Listeners } from '../../foundation/listeners.ts';
import { pause } from '../../foundation/watch-state.ts';
import { containerName, type ComposeProject } from './compose/index.ts';
import type { ContainerLogLine, DockerEngine } from './engine/docker-engine.ts';

const linesKept = 100_000;
/** Shown at the first look; what is older is in the engine. */
const firstTail = 1_000;
const againMs = 1_000;
const longestLine = 4_000;

/** The newest lines of all services in one row, as they came; read by cursor, so that a slow reader holds up nobody. */
export class ServiceLogs {
  readonly #added = new Listeners<void>();
  #lines: ServiceLogLine[] = [];
  #next = 1;

  /** Follows every service of the project until the signal; one that is started anew is followed again. */
  async follow(engine: DockerEngine, project: ComposeProject, signal: AbortSignal): Promise<void> {
    await Promise.all(
      Object.keys(project.file.services).map((service) => this.#followOne(engine, project, service, signal)),
    );
  }

  async next(
    question: {
      readonly after: number;
      readonly max: number;
      readonly waitMs: number;
      readonly service?: string | undefined;
    },
    signal: AbortSignal,
  ): Promise<{ readonly items: readonly ServiceLogLine[]; readonly next: number; readonly dropped: number }> {
    const found = this.#since(question.after, question.service, question.max);
    if (found.items.length > 0 || question.waitMs === 0) return found;
    const wake = new AbortController();
    const stop = this.#added.add(() => wake.abort());
    await pause(question.waitMs, AbortSignal.any([signal, wake.signal]));
    stop();
    return this.#since(question.after, question.service, question.max);
  }

  #since(after: number, service: string | undefined, max: number) {
    const oldest = this.#lines[0]?.seq ?? this.#next;
    const from = Math.max(0, after + 1 - oldest);
    const items: ServiceLogLine[] = [];
    let last = after;
    // A first question (after 0) wants the newest, not the oldest.
    const start = after === 0 && service === undefined ? Math.max(from, this.#lines.length - max) : from;
    for (let index = start; index < this.#lines.length && items.length < max; index++) {
      const line = this.#lines[index];
      if (line === undefined) break;
      last = line.seq;
      if (service === undefined || line.service === service) items.push(line);
    }
    return { items, next: last, dropped: after === 0 ? 0 : Math.max(0, oldest - after - 1) };
  }

  async #followOne(
    engine: DockerEngine,
    project: ComposeProject,
    service: string,
    signal: AbortSignal,
  ): Promise<void> {
    const container = containerName(project, service);
    let lastMs: number | undefined;
    while (!signal.aborted) {
      try {
        const options = {
          tail: firstTail,
          follow: true,
          ...(lastMs === undefined ? {} : { sinceMs: lastMs + 1 }),
        };
        for await (const line of engine.containerLogs(container, options, signal)) {
          lastMs = Math.max(lastMs ?? 0, line.timeMs);
          if (!isOfHealthCheck(line.text)) this.#add(service, line);
        }
      } catch (error) {
        // Gone, stopped or not made yet: it is looked for again.
        if (!signal.aborted && !isAppError(error)) throw error;
      }
      await pause(againMs, signal);
    }
  }

  #add(service: string, { timeMs, text }: ContainerLogLine): void {
    const shown = text.length > longestLine ? `${text.slice(0, longestLine)} …` : text;
    this.#lines.push({ seq: this.#next++, timeMs, service, level: levelOf(text), text: shown });
    // In large steps: taking away one line of a hundred thousand moves all the others.
    if (this.#lines.length > linesKept + linesKept / 10) this.#lines = this.#lines.slice(-linesKept);
    this.#added.tell();
  }
}

/** The broker names each client; its own health check comes every few seconds and would bury all others. */
export function isOfHealthCheck(text: string): boolean {
  return /New connection from 127\.0\.0\.1:\d+ on port 1883\.|\bfield-health\b/.test(text);
}

const levels: readonly (readonly [RegExp, ServiceLogLine['level']])[] = [
  [/\b(?:ERROR|FATAL|PANIC|CRITICAL)\b|\blevel=(?:error|crit)|\berror:/i, 'error'],
  [/\bWARN(?:ING)?\b|\blevel=warn/i, 'warn'],
  [/\bDEBUG\d?\b|\blevel=debug/i, 'debug'],
];

/** PostgreSQL, Mosquitto and Grafana each write their level in the line; PostgreSQL says everything on stderr. */
export function levelOf(text: string): ServiceLogLine['level'] {
  return levels.find(([form]) => form.test(text))?.[1] ?? 'info';
}
