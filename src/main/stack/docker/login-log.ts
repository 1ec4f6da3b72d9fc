import { isAppError } from '../../../shared/domain/app-error.ts';
import { pause } from '../../foundation/watch-state.ts';
import type { SeenLogin } from '../local-stack.ts';
import { loginFromLog } from './broker-link.ts';
import { containerName, type ComposeProject } from './compose/index.ts';
import type { DockerEngine } from './engine/docker-engine.ts';

const againMs = 2_000;

/** Tells each login that the broker's log names, until the signal; a broker that is started anew is followed again. */
export async function followLogins(
  engine: DockerEngine,
  project: ComposeProject,
  accountOf: (mac: string) => string,
  tell: (login: SeenLogin) => void,
  signal: AbortSignal,
): Promise<void> {
  const container = containerName(project, 'mosquitto');
  while (!signal.aborted) {
    try {
      for await (const { text } of engine.containerLogs(container, { tail: 0, follow: true }, signal)) {
        const login = loginFromLog(text, accountOf);
        if (login !== undefined) tell(login);
      }
    } catch (error) {
      if (!signal.aborted && !isAppError(error)) throw error;
    }
    await pause(againMs, signal);
  }
}
