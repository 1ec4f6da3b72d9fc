import { request } from 'node:http';
import type { CheckResult } from '../../shared/contract/system.ts';
import { result } from './check-result.ts';

const engineSockets = [
  '/var/run/docker.sock',
  `${process.env['XDG_RUNTIME_DIR'] ?? '/run/user/1000'}/docker.sock`,
  `${process.env['HOME'] ?? ''}/.docker/run/docker.sock`,
];
const engineAnswerMs = 1_500;

export async function checkEngine(): Promise<CheckResult> {
  if (process.platform === 'win32')
    return result(
      'engine.docker',
      'docker-not-looked',
      'note',
      'Docker was not looked for; the embedded stack does not need it.',
    );
  for (const socketPath of engineSockets) {
    const found = await engineVersion(socketPath);
    if (found === 'denied')
      return result(
        'engine.docker',
        'docker-denied',
        'note',
        'Docker runs, but this account may not use it.',
        'sudo usermod -aG docker "$USER", then log in again.',
      );
    if (found !== undefined)
      return result('engine.docker', 'docker-answers', 'ok', `Docker ${found} answers.`, null, {
        version: found,
      });
  }
  return result(
    'engine.docker',
    'docker-none',
    'note',
    'No Docker engine answers; the embedded stack does not need it.',
  );
}

/** The version, `denied` where the socket may not be opened, `undefined` where nothing answers. */
function engineVersion(socketPath: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const asking = request({ socketPath, path: '/version', timeout: engineAnswerMs }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body = (body + text).slice(0, 100_000);
      });
      response.on('end', () => resolve(/"Version":"([\w.+-]+)"/.exec(body)?.[1]));
    });
    asking.on('timeout', () => asking.destroy());
    asking.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'EACCES' ? 'denied' : undefined),
    );
    asking.end();
  });
}
