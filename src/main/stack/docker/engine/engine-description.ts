import type { EngineDescription } from './docker-engine.ts';
import type { EngineConnection } from './engine-connection.ts';
import type { EngineRequests, EngineVersion } from './engine-requests.ts';

/** What of `/info` is shown. */
interface EngineInfo {
  readonly OperatingSystem?: string;
  readonly Architecture?: string;
  readonly NCPU?: number;
  readonly MemTotal?: number;
  readonly DockerRootDir?: string;
  readonly SecurityOptions?: readonly string[] | null;
}

export async function describeEngine(
  requests: EngineRequests,
  connection: EngineConnection,
  signal: AbortSignal,
): Promise<EngineDescription> {
  const version = await requests.version(signal);
  const info = await requests.json<EngineInfo>({
    method: 'GET',
    path: '/info',
    timeoutMs: connection.versionMs * 2,
    signal,
  });
  const product = productOf(version, info);
  const folder = info.DockerRootDir ?? '';
  return {
    product,
    version: version.Version,
    apiVersion: version.ApiVersion,
    operatingSystem: info.OperatingSystem ?? '',
    architecture: info.Architecture ?? version.Arch ?? '',
    cpus: info.NCPU ?? 0,
    memoryBytes: info.MemTotal ?? 0,
    rootless: (info.SecurityOptions ?? []).some((option) => option.includes('name=rootless')),
    // The folder of Docker Desktop is inside its virtual machine; one of that name here would be another engine's.
    freeDiskBytes:
      folder === '' || product === 'Docker Desktop'
        ? null
        : await connection.freeBytes(folder).catch(() => null),
  };
}

function productOf(version: EngineVersion, info: EngineInfo): string {
  const names = [version.Platform?.Name ?? '', ...(version.Components ?? []).map(({ Name }) => Name)];
  if (names.some((name) => name.includes('Podman'))) return 'Podman';
  const desktop =
    info.OperatingSystem === 'Docker Desktop' || names.some((name) => name.startsWith('Docker Desktop'));
  return desktop ? 'Docker Desktop' : 'Docker Engine';
}
