import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Below `folder`: an authority, and folders `server` and `client` with `ca.pem`, `cert.pem`, `key.pem` of it. */
export async function makeTlsFiles(
  folder: string,
): Promise<{ readonly server: string; readonly client: string }> {
  const [server, client] = [join(folder, 'server'), join(folder, 'client')];
  mkdirSync(server, { recursive: true });
  mkdirSync(client);
  const [ca, caKey] = [join(folder, 'ca.pem'), join(folder, 'ca-key.pem')];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await run('openssl', [
    'req',
    '-x509',
    ...key,
    '-keyout',
    caKey,
    '-out',
    ca,
    '-days',
    '2',
    '-subj',
    '/CN=Test authority',
  ]);
  for (const [name, at, extensions] of [
    ['server', server, 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n'],
    ['client', client, 'extendedKeyUsage=clientAuth\n'],
  ] as const) {
    const [request, extensionFile] = [join(folder, `${name}.csr`), join(folder, `${name}.ext`)];
    writeFileSync(extensionFile, extensions);
    await run('openssl', [
      'req',
      '-new',
      ...key,
      '-keyout',
      join(at, 'key.pem'),
      '-out',
      request,
      '-subj',
      `/CN=${name}`,
    ]);
    await run('openssl', [
      'x509',
      '-req',
      '-in',
      request,
      '-CA',
      ca,
      '-CAkey',
      caKey,
      '-CAcreateserial',
      '-out',
      join(at, 'cert.pem'),
      '-days',
      '2',
      '-extfile',
      extensionFile,
    ]);
    await run('cp', [ca, join(at, 'ca.pem')]);
  }
  return { server, client };
}
