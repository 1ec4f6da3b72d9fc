import type { EngineReport } from '../../shared/contract/docker.ts';
import type { CheckResult } from '../../shared/contract/system.ts';
import { result } from './check-result.ts';

const needless = 'the embedded stack does not need it.';

/** Does a container engine of this machine answer, and which? None is no fault: the embedded stack needs none. */
export async function checkEngine(engines: () => Promise<readonly EngineReport[]>): Promise<CheckResult> {
  const found = await engines();
  const answering = found.find(({ description }) => description !== null);
  if (answering?.description) {
    const { product, version } = answering.description;
    return result('engine.docker', 'ok', `${product} ${version} answers.`, null, { version });
  }
  const error = found[0]?.error;
  if (error === null || error === undefined || error.code === 'engine.not-installed')
    return result('engine.docker', 'note', `No container engine is installed here; ${needless}`);
  return result('engine.docker', 'note', error.message, remedy(error), { code: error.code });
}

/** The screen of the stack has the words for every system; here only the two commands that most people lack. */
function remedy({ code, data }: NonNullable<EngineReport['error']>): string | null {
  if (data['context'] !== 'linux') return null;
  if (code === 'engine.access-denied') return 'sudo usermod -aG docker "$USER", then log in again.';
  return code === 'engine.not-running' ? 'sudo systemctl start docker' : null;
}
