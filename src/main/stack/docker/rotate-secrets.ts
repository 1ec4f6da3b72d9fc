import { AppError } from '../../../shared/domain/app-error.ts';
import { setRolePasswords, type Database } from '../../storage/index.ts';
import { containerName, serviceOf, type ComposeProject } from './compose/index.ts';
import type { DockerEngine } from './engine/docker-engine.ts';
import { settleOwner } from './settle-owner.ts';
import { filesOfService, type StackCredentials, type StackFiles } from './project/index.ts';
import { waitHealthy } from './project/wait-healthy.ts';
import { databaseName, ownerName } from './stack-variables.ts';

/**
 * Puts passwords into effect that are new in the store: the database's roles, the broker's accounts, Grafana's
 * administrator, and the files from which the services read theirs. Sensors go on publishing: their accounts and the
 * broker stay; while the ingestor is started anew the broker keeps what comes for it.
 *
 * @param owner connections that were opened before
 */
export async function putSecretsIntoEffect(
  parts: {
    readonly engine: DockerEngine;
    readonly project: ComposeProject;
    readonly owner: Database;
    readonly files: StackFiles;
    readonly credentials: StackCredentials;
  },
  signal: AbortSignal,
): Promise<void> {
  const { engine, project, owner, files, credentials } = parts;
  const { secrets } = credentials;
  await setRolePasswords(owner, {
    ingestor: secrets.mqtt_ingestor_password,
    grafana: secrets.grafana_reader_password,
  });
  const postgres = containerName(project, 'postgres');
  await settleOwner(
    engine,
    postgres,
    { user: ownerName, database: databaseName, password: secrets.pg_password },
    signal,
  );
  await engine.putFiles(postgres, filesOfService(project, 'postgres', files));
  await engine.putFiles(containerName(project, 'mosquitto'), filesOfService(project, 'mosquitto', files));
  await engine.killContainer(containerName(project, 'mosquitto'), 'SIGHUP');
  await resetGrafanaAdmin(engine, containerName(project, 'grafana'), secrets.gf_admin_password, signal);
  for (const service of ['ingestor', 'grafana']) {
    const container = containerName(project, service);
    await engine.stopContainer(container, serviceOf(project, service).stop_grace_period ?? 10);
    await engine.putFiles(container, filesOfService(project, service, files));
    await engine.startContainer(container);
  }
  for (const service of ['ingestor', 'grafana'])
    await waitHealthy(engine, service, containerName(project, service), signal);
}

/** Grafana takes the password of its environment at the first start only (its documentation, "grafana cli"). */
async function resetGrafanaAdmin(
  engine: DockerEngine,
  container: string,
  password: string,
  signal: AbortSignal,
): Promise<void> {
  const { exitCode, output } = await engine.exec(
    container,
    ['grafana', 'cli', 'admin', 'reset-admin-password', '--password-from-stdin'],
    { input: `${password}\n` },
    signal,
  );
  if (exitCode === 0) return;
  const text = output.trim().slice(0, 500);
  throw new AppError('engine.refused', `Grafana did not take the administrator's new password: ${text}`, {
    text,
  });
}
