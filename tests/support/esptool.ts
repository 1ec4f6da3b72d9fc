import { execFile, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { canHaveDebianTree, debianTree } from './debian-tree.ts';
import { freePort } from './free-port.ts';
import { accepts, end } from './serial-ports.ts';
import { until } from './until.ts';

export const hasEsptool = canHaveDebianTree;

const serverScript = 'usr/share/doc/esptool/examples/esp_rfc2217_server.py';
const packageFolder = 'usr/lib/python3/dist-packages/esptool';

export interface EsptoolRun {
  readonly code: number;
  readonly output: string;
  readonly seconds: number;
}

export interface Esptool {
  /** A folder that esptool sees under the same name as `inside`. */
  readonly folder: string;
  readonly inside: string;
  /** @param config lines of the section `[esptool]` of its configuration file */
  run(args: readonly string[], config?: string): Promise<EsptoolRun>;
  /** The same on a pseudo terminal of this machine, which it sees under its own name. */
  runOnPty(pty: string, args: readonly string[]): Promise<EsptoolRun>;
  /** esptool's own RFC 2217 server for a port, on loopback. */
  serve(port: string, config: string): Promise<{ readonly url: string; stop(): Promise<void> }>;
  remove(): void;
}

/** Espressif's esptool as Debian 13 ships it (4.7.0), with the stubs that Debian leaves out put back. */
export async function openEsptool(): Promise<Esptool> {
  const tree = await debianTree(['esptool'], join(packageFolder, 'loader.py'));
  const library = createRequire(import.meta.url).resolve('esptool-js');
  const stubs = join(dirname(library), 'targets/stub_flasher');
  for (const [theirs, ours] of [
    ['esp32.json', 'stub_flasher_32.json'],
    ['esp32s2.json', 'stub_flasher_32s2.json'],
    ['esp32s3.json', 'stub_flasher_32s3.json'],
  ] as const) {
    const place = join(tree, packageFolder, 'targets/stub_flasher', ours);
    if (!existsSync(place)) copyFileSync(join(stubs, theirs), place);
  }
  const folder = mkdtempSync(join(tree, 'tmp/datayoti-esptool-'));
  const inside = folder.slice(tree.length);
  const start = (program: string, before: readonly string[], config: string): Promise<EsptoolRun> => {
    writeFileSync(join(folder, 'esptool.cfg'), `[esptool]\n${config}\n`);
    const env = { ...process.env, ESPTOOL_CFGFILE: `${inside}/esptool.cfg` };
    const started = performance.now();
    return new Promise((resolve) => {
      execFile(program, [...before], { env, maxBuffer: 50_000_000 }, (error, stdout, stderr) => {
        resolve({
          code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1,
          output: stdout + stderr,
          seconds: (performance.now() - started) / 1000,
        });
      });
    });
  };
  return {
    folder,
    inside,
    run: (args, config = '') => start('chroot', [tree, 'esptool', ...args], config),
    runOnPty: (pty, args) => {
      // Mounted for this one process: the tree stays as it is, and nothing is left behind.
      const script = 'mount --bind /dev/pts "$0/dev/pts" && exec chroot "$0" esptool "$@"';
      const command = ['-m', 'sh', '-c', script, tree, '--port', realpathSync(pty), ...args];
      return start('unshare', command, '');
    },
    serve: async (port, config) => {
      writeFileSync(join(folder, 'esptool.cfg'), `[esptool]\n${config}\n`);
      const script = readFileSync(join(tree, serverScript), 'utf8');
      writeFileSync(join(folder, 'server.py'), script.replace('srv.bind(("",', 'srv.bind(("127.0.0.1",'));
      const own = await freePort();
      const args = [tree, 'python3', `${inside}/server.py`, '-p', String(own), port];
      const env = { ...process.env, ESPTOOL_CFGFILE: `${inside}/esptool.cfg` };
      const server = spawn('chroot', args, { stdio: 'ignore', env });
      await until(() => accepts(own), { what: "esptool's server accepts connections" });
      return { url: `rfc2217://127.0.0.1:${own}`, stop: () => end(server) };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
