import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { EngineReport } from '../../../shared/contract/docker.ts';
import { silentLog } from '../../foundation/log.ts';
import { SettingsStore } from '../../settings/index.ts';
import { engineFinder } from '../../wiring/compose-docker.ts';
import { dataFolder, exitCodes, show, withCommon, type Common } from './answer.ts';
import { addProjectCommands } from './stack-project-commands.ts';
import { loadWords, type Words } from './words.ts';

interface EngineOptions extends Common {
  readonly engine?: string;
  readonly tls?: string;
  readonly unencrypted?: boolean;
}

/** `stack ...`: the Docker stack. Each command adds itself to the group. */
export function addStackCommands(program: Command): void {
  const stack = program.command('stack').description('the Docker stack, here or on another machine');
  withEngine(
    stack
      .command('engines')
      .description('container engines, also those that were added, and what to do about those that fail'),
  ).action(engines);
  withCommon(
    stack
      .command('trust <address> <fingerprint>')
      .description('trust the key of an ssh:// host after comparing its fingerprint'),
  ).action(async (address: string, fingerprint: string, options: Common) => {
    await engineFinder(dataFolder(options)).trustHostKey(address, fingerprint);
    show(options, { address, fingerprint }, ['Trusted.']);
  });
  withCommon(
    stack.command('forget <address>').description('forget the key of an ssh:// host that was trusted here'),
  ).action(async (address: string, options: Common) => {
    await engineFinder(dataFolder(options)).forgetHostKey(address);
    show(options, { address }, ['Forgotten.']);
  });
  addProjectCommands(stack);
}

/** Which engine, for each command that needs one. */
export function withEngine(command: Command): Command {
  return withCommon(command)
    .option(
      '--engine <address>',
      'unix:///var/run/docker.sock, ssh://pi@raspberrypi.local, tcp://host:2376; without it those of this machine',
    )
    .option('--tls <folder>', 'ca.pem, cert.pem and key.pem for tcp://')
    .option('--unencrypted', 'allow tcp:// without TLS: whoever reaches that port rules that machine');
}

/** What of the options concerns the way to the engine. */
export function openOptions({ tls, unencrypted }: EngineOptions) {
  return {
    ...(tls === undefined ? {} : { tlsFolder: resolve(tls) }),
    ...(unencrypted === undefined ? {} : { unencrypted }),
  };
}

async function engines(options: EngineOptions): Promise<void> {
  const data = dataFolder(options);
  const finder = engineFinder(data);
  const { signal } = new AbortController();
  const { knownEngines } = (await SettingsStore.open(join(data, 'settings.json'), silentLog)).current;
  const found =
    options.engine === undefined
      ? await finder.find(knownEngines, signal)
      : [await finder.look(options.engine, openOptions(options), signal)];
  const words = await loadWords();
  const told = found.map((report) => ({ ...report, remedy: remedyOf(report, words) }));
  show(
    options,
    { engines: told },
    told.flatMap((report) => engineLines(report)),
  );
  if (found.every(({ description }) => description === null)) process.exitCode = exitCodes.failed;
}

function remedyOf({ error }: EngineReport, words: Words): string | null {
  return error === null ? null : (words(`errors.${error.code}.next`, error.data) ?? null);
}

function engineLines(report: EngineReport & { readonly remedy: string | null }): readonly string[] {
  const { address, source, name, encrypted, description, error, remedy } = report;
  const lines = [`${address}  (${name === null ? source : `${source} ${name}`})`];
  if (description !== null) {
    const { product, version, apiVersion, operatingSystem, architecture, cpus, freeDiskBytes } = description;
    const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
    const free = freeDiskBytes === null ? '' : `, ${gibibytes(freeDiskBytes)} free on disk`;
    lines.push(
      `  ${product} ${version}, API ${apiVersion}${description.rootless ? ', rootless' : ''}`,
      `  ${operatingSystem}, ${architecture}, ${cpus} CPUs, ${gibibytes(description.memoryBytes)} memory${free}`,
    );
  }
  if (!encrypted && error?.code !== 'engine.unencrypted')
    lines.push('  WARNING: not encrypted; whoever reaches that port rules that machine.');
  if (error !== null) lines.push(`  ${error.message}`);
  if (remedy !== null) lines.push(`  -> ${remedy}`);
  return lines;
}
