import type { ContainerInspectInfo } from 'dockerode';
import { AppError } from '../../../../shared/domain/app-error.ts';
import { pause } from '../../../foundation/watch-state.ts';
import type { DockerEngine } from '../engine/docker-engine.ts';

const pollMs = 200;
const lastLines = 20;
const endLooks = 50;
const logEveryMs = 1_000;

/**
 * Resolves when the container's health check passes (without one, when it runs).
 *
 * @param isHopeless of the last log lines, looked at about once a second: what never gets healthy need not be waited for
 *   until the engine has given it up
 * @throws AppError `docker.service-exited`, `docker.service-unhealthy`, both with its last log lines in `data.log`
 */
export async function waitHealthy(
  engine: DockerEngine,
  service: string,
  container: string,
  signal: AbortSignal,
  isHopeless?: (log: string) => boolean,
): Promise<void> {
  let restartsBefore: number | undefined;
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    signal.throwIfAborted();
    const info = await engine.inspectContainer(container);
    restartsBefore ??= info?.RestartCount ?? 0;
    const verdict = judge(info, restartsBefore);
    if (verdict === 'healthy') return;
    const looksAtLog = isHopeless !== undefined && waitedMs > 0 && waitedMs % logEveryMs === 0;
    if (looksAtLog && isHopeless(await lastLogLines(engine, container, signal)))
      throw await failure(engine, service, container, 'unhealthy', info, signal);
    if (verdict !== 'waiting') throw await failure(engine, service, container, verdict, info, signal);
    await pause(pollMs, signal);
  }
}

type Verdict = 'healthy' | 'waiting' | 'exited' | 'unhealthy';

function judge(info: ContainerInspectInfo | undefined, restartsBefore: number): Verdict {
  if (info === undefined) return 'exited';
  const { State, RestartCount } = info;
  // The engine starts it again and again by itself; a second time says the same as the tenth.
  const ended = State.Restarting || State.Status === 'exited' || State.Status === 'dead';
  if (ended || RestartCount > restartsBefore) return 'exited';
  if (!State.Running) return 'waiting';
  const { Status: health, Log: checks = [] } = State.Health ?? {};
  if (health === undefined || health === 'none' || health === 'healthy') return 'healthy';
  // A container that has just ended counts as unhealthy for a moment, although nothing was checked.
  return health === 'unhealthy' && checks.length > 0 ? 'unhealthy' : 'waiting';
}

async function failure(
  engine: DockerEngine,
  service: string,
  container: string,
  verdict: Verdict,
  info: ContainerInspectInfo | undefined,
  signal: AbortSignal,
): Promise<AppError> {
  const log = await lastLogLines(engine, container, signal);
  const health = info?.State.Health?.Log.at(-1)?.Output.trim() ?? '';
  if (verdict === 'unhealthy')
    return new AppError('docker.service-unhealthy', `${service} does not get healthy: ${health}`, {
      service,
      health: health.slice(0, 500),
      log,
    });
  const state = await stateAtEnd(engine, container, info, signal);
  const exitCode = state?.ExitCode ?? -1;
  return new AppError('docker.service-exited', `${service} ended with exit code ${exitCode}.`, {
    service,
    exitCode,
    outOfMemory: state?.OOMKilled ?? false,
    log,
  });
}

/** Between two ends it runs, and says nothing of the last one: the next is waited for, but not for ever. */
async function stateAtEnd(
  engine: DockerEngine,
  container: string,
  info: ContainerInspectInfo | undefined,
  signal: AbortSignal,
): Promise<ContainerInspectInfo['State'] | undefined> {
  let state = info?.State;
  for (let looks = 0; looks < endLooks && state?.Running === true && !state.Restarting; looks++) {
    await pause(pollMs, signal);
    state = (await engine.inspectContainer(container))?.State;
  }
  return state;
}

export async function lastLogLines(
  engine: DockerEngine,
  container: string,
  signal: AbortSignal,
): Promise<string> {
  const lines: string[] = [];
  try {
    for await (const { text } of engine.containerLogs(container, { tail: lastLines, follow: false }, signal))
      lines.push(text);
  } catch {
    // What it said last is a help, not the point: the failure itself is told in any case.
  }
  return lines.join('\n').slice(-4_000);
}
