import type { EngineReport } from '../../shared/contract/docker.ts';
import type { CheckResult } from '../../shared/contract/system.ts';
import { result } from './check-result.ts';

const id = 'engine.docker';
const needless = 'the embedded stack does not need it.';

/** Does a container engine of this machine answer, and which? None is no fault: the embedded stack needs none. */
export async function checkEngine(engines: () => Promise<readonly EngineReport[]>): Promise<CheckResult> {
  const found = await engines();
  const answering = found.find(({ description }) => description !== null)?.description;
  if (answering !== undefined && answering !== null) {
    const { product, version } = answering;
    return result(id, 'docker-answers', 'ok', `${product} ${version} answers.`, null, { product, version });
  }
  const error = found[0]?.error;
  if (error === null || error === undefined || error.code === 'engine.not-installed')
    return result(id, 'docker-none', 'note', `No container engine is installed here; ${needless}`);
  // The screen of the stack has the words for every system; here only the two commands that most people lack.
  if (error.code === 'engine.access-denied' && error.data['context'] === 'linux')
    return result(
      id,
      'docker-denied',
      'note',
      'Docker runs, but this account may not use it.',
      'sudo usermod -aG docker "$USER", then log in again.',
    );
  if (error.code === 'engine.not-running' && error.data['context'] === 'linux')
    return result(
      id,
      'docker-not-running',
      'note',
      `A container engine is installed but does not run; ${needless}`,
      'sudo systemctl start docker',
    );
  const text = error.message;
  return result(id, 'docker-fails', 'note', `The container engine cannot be used: ${text}`, null, { text });
}
