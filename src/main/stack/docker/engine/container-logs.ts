import type { ContainerInspectInfo } from 'dockerode';
import type { ContainerLogLine, DockerEngine } from './docker-engine.ts';
import { answerMs, namePath, type EngineRequests } from './engine-requests.ts';
import { LogLineReader } from './log-stream.ts';
import { StallWatch } from './stall-watch.ts';

/** One that is followed may be silent for ever; the connection's own keep-alive tells whether its engine lives. */
const silentForEverMs = 2 ** 31 - 1;

/** The lines of a container's log; ends quietly when the signal says so. */
export async function* logLines(
  requests: EngineRequests,
  container: string,
  { tail, follow, sinceMs }: Parameters<DockerEngine['containerLogs']>[1],
  signal: AbortSignal,
): AsyncIterable<ContainerLogLine> {
  const watch = new StallWatch(follow ? silentForEverMs : answerMs, signal);
  try {
    const path = `/containers/${namePath(container)}`;
    const found = await requests.json<ContainerInspectInfo>({
      method: 'GET',
      path: `${path}/json`,
      signal: watch.signal,
    });
    const log = await requests.stream({
      method: 'GET',
      path: `${path}/logs`,
      query: {
        stdout: true,
        stderr: true,
        timestamps: true,
        follow,
        tail,
        since: sinceMs === undefined ? undefined : (sinceMs / 1000).toFixed(3),
      },
      // A follower's answer begins with its first line, which may be long in coming.
      timeoutMs: null,
      signal: watch.signal,
    });
    const reader = new LogLineReader(found.Config.Tty);
    try {
      for await (const part of log as AsyncIterable<Buffer>) {
        watch.touch();
        yield* reader.feed(part);
      }
      yield* reader.end();
    } finally {
      log.destroy();
    }
  } catch (error) {
    if (!signal.aborted) throw requests.failure(error, watch.signal);
  } finally {
    watch.end();
  }
}
