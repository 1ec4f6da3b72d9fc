import { join } from 'node:path';
import type { EngineReport } from '../../../../shared/contract/docker.ts';
import { AppError, isAppError, reportOf } from '../../../../shared/domain/app-error.ts';
import type { DockerEngine, EngineDescription } from './docker-engine.ts';
import { DockerodeEngine } from './dockerode-engine.ts';
import { engineAddressText, parseEngineAddress } from './engine-address.ts';
import { engineCandidates, type EngineCandidate, type UnreadableAddress } from './engine-candidates.ts';
import { connectEngine } from './engine-connection.ts';
import { isInstalled, type EngineMachine } from './engine-machine.ts';
import { HostKeyStore } from './host-key-store.ts';
import { fingerprint } from './known-hosts.ts';
import { sshTarget, type SshAddress, type SshTarget } from './ssh-config.ts';
import { hostKeyError, hostKeyOf } from './ssh-login.ts';

export interface EngineFinderParts {
  readonly machine: EngineMachine;
  /** The application's own list of ssh hosts, in the format of ssh. */
  readonly knownHostsFile: string;
}

export interface OpenOptions {
  /** Folder with `ca.pem`, `cert.pem`, `key.pem` for `tcp://`; without it that of the context or the environment. */
  readonly tlsFolder?: string;
  /** The person was warned that `tcp://` without TLS is open to whoever reaches the port, and wants it. */
  readonly unencrypted?: boolean;
}

/** The container engines that can be reached from this machine. */
export class EngineFinder {
  readonly #machine: EngineMachine;
  readonly #hostKeys: HostKeyStore;

  constructor({ machine, knownHostsFile }: EngineFinderParts) {
    const folder = join(machine.home, '.ssh');
    this.#machine = machine;
    this.#hostKeys = new HostKeyStore(
      [join(folder, 'known_hosts'), join(folder, 'known_hosts2'), '/etc/ssh/ssh_known_hosts'],
      knownHostsFile,
    );
  }

  /**
   * Every engine of this machine and those at the given addresses, each asked what it is, all at once. The first is
   * the one that Docker's own command line would use. Where there is none at all, the one entry says what to do.
   */
  async find(
    given: readonly string[],
    signal: AbortSignal,
    where: 'everywhere' | 'this-machine' = 'everywhere',
  ): Promise<readonly EngineReport[]> {
    const found = await engineCandidates(this.#machine, given);
    const candidates = where === 'everywhere' ? found : found.filter(isHere);
    const reports = await Promise.all(candidates.map((candidate) => this.#report(candidate, signal)));
    const there = reports.filter((report) => report !== undefined);
    return there.length > 0 ? there : [await this.#nothing(candidates[0])];
  }

  /** What one engine says of itself, or why it cannot. */
  async look(address: string, options: OpenOptions, signal: AbortSignal): Promise<EngineReport> {
    const candidate = await this.#candidate(address, options);
    return this.#described(candidate, options, signal);
  }

  /**
   * An engine to work with. Nothing is asked yet: an engine that is away is met by the first call.
   *
   * @throws AppError `engine.address-invalid`, `engine.unencrypted`, `engine.certificate`, `engine.ssh-config`
   */
  async open(address: string, options: OpenOptions = {}): Promise<DockerEngine> {
    return this.#open(await this.#candidate(address, options), options);
  }

  /**
   * Trusts the key of an ssh host from now on, if it is the one that the person has compared.
   *
   * @param expected its fingerprint (`SHA256:...`)
   * @throws AppError `engine.host-key-changed` where another key of that host is known already or the host shows
   * another one than the person compared, `engine.unreachable`, `engine.address-invalid` for what is no `ssh://`
   */
  async trustHostKey(address: string, expected: string): Promise<void> {
    const named = sshAddress(address);
    const ssh = await this.#target(named);
    const situation = { address: engineAddressText(named), context: 'remote' } as const;
    const known = await this.#hostKeys.read();
    const key = await hostKeyOf(ssh, situation, known.types(ssh.host, ssh.port));
    const verdict = known.verdict(ssh.host, ssh.port, key);
    if (verdict === 'changed' || fingerprint(key) !== expected)
      throw hostKeyError(ssh, situation, 'changed', key);
    if (verdict === 'unknown') await this.#hostKeys.trust(ssh.host, ssh.port, key);
  }

  /** Forgets a key that was trusted here, for a machine that was set up anew. The person's own file is not touched. */
  async forgetHostKey(address: string): Promise<void> {
    const { host, port } = await this.#target(sshAddress(address));
    await this.#hostKeys.forget(host, port);
  }

  #target(address: SshAddress): Promise<SshTarget> {
    return sshTarget(address, this.#machine);
  }

  async #candidate(text: string, { tlsFolder }: OpenOptions): Promise<EngineCandidate> {
    const address = parseEngineAddress(text);
    const wanted = engineAddressText(address);
    const known = (await engineCandidates(this.#machine, [text])).find(
      (one): one is EngineCandidate => !('error' in one) && engineAddressText(one.address) === wanted,
    );
    const found = known ?? { address, source: 'given', name: null, tlsFolder: null, named: true };
    return { ...found, named: true, ...(tlsFolder === undefined ? {} : { tlsFolder }) };
  }

  async #open(
    { address, tlsFolder }: EngineCandidate,
    { unencrypted = false }: OpenOptions,
  ): Promise<DockerodeEngine> {
    const { platform } = this.#machine;
    const connection = await connectEngine(address, {
      tlsFolder,
      unencrypted,
      ssh: { hostKeys: this.#hostKeys, target: (one) => this.#target(one) },
      platform,
      freeBytes: (folder) => this.#machine.freeBytes(folder),
    });
    return new DockerodeEngine(connection);
  }

  /** `undefined` for a place where an engine might have been and none is. */
  async #report(
    found: EngineCandidate | UnreadableAddress,
    signal: AbortSignal,
  ): Promise<EngineReport | undefined> {
    if ('error' in found) {
      const { text, source, name, error } = found;
      // Whatever stands there may hold a password; the error names it without.
      const address = isAppError(error) ? String(error.data['address'] ?? '') : text;
      return { address, source, name, encrypted: true, description: null, error: reportOf(error) };
    }
    // Without TLS only what was set up so in Docker itself, and only to ask what it is; the entry says so.
    const report = await this.#described(found, { unencrypted: found.source !== 'given' }, signal);
    const absent = report.error?.code === 'engine.not-running' && report.error.data['reason'] === 'ENOENT';
    return absent && !found.named ? undefined : report;
  }

  async #described(
    candidate: EngineCandidate,
    options: OpenOptions,
    signal: AbortSignal,
  ): Promise<EngineReport> {
    const { address, source, name, tlsFolder } = candidate;
    let engine: DockerEngine | undefined;
    let description: EngineDescription | null = null;
    let error: EngineReport['error'] = null;
    try {
      engine = await this.#open(candidate, options);
      description = await engine.describe(signal);
    } catch (failure) {
      signal.throwIfAborted();
      error = reportOf(failure);
    } finally {
      await engine?.close();
    }
    const encrypted = address.kind !== 'tcp' || tlsFolder !== null;
    return { address: engineAddressText(address), source, name, encrypted, description, error };
  }

  /** Nothing is anywhere: is there an engine that does not run, or none at all? */
  async #nothing(first: EngineCandidate | UnreadableAddress | undefined): Promise<EngineReport> {
    const { platform } = this.#machine;
    const desktop = platform === 'darwin' || platform === 'win32';
    const installed = await (desktop
      ? isInstalled(
          this.#machine,
          [],
          ['/Applications/Docker.app', 'C:\\Program Files\\Docker\\Docker\\Docker Desktop.exe'],
        )
      : isInstalled(this.#machine, ['dockerd'], ['/opt/docker-desktop']));
    const address =
      first === undefined || 'error' in first
        ? 'unix:///var/run/docker.sock'
        : engineAddressText(first.address);
    const context = platform === 'win32' ? 'windows' : platform === 'darwin' ? 'desktop' : 'linux';
    const error = installed
      ? new AppError('engine.not-running', `No container engine runs at ${address}.`, { address, context })
      : new AppError('engine.not-installed', 'No container engine is installed here.', { address, context });
    return {
      address,
      source: 'default',
      name: null,
      encrypted: true,
      description: null,
      error: reportOf(error),
    };
  }
}

function isHere(candidate: EngineCandidate | UnreadableAddress): boolean {
  return 'error' in candidate || candidate.address.kind === 'unix' || candidate.address.kind === 'npipe';
}

function sshAddress(text: string): SshAddress {
  const address = parseEngineAddress(text);
  if (address.kind === 'ssh') return address;
  throw new AppError('engine.address-invalid', `"${text}" is no ssh:// address.`, { address: text });
}
