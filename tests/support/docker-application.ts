import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { App } from '../../src/main/app.ts';
import type { DockerEngine } from '../../src/main/stack/index.ts';
import { newDataFolder, freePorts, openApplication, type Ports } from './embedded-application.ts';
import { freePort } from './free-port.ts';
import { removeProject } from './stack-folder.ts';
import { putReadyVolume } from './ready-volume.ts';
import { imageVariables, ingestorImage } from './stack-images.ts';

/** Applications whose stack is a project of the test's own on the engine, and what goes with them. */
export class DockerApplications {
  readonly project = `dyt${randomBytes(4).toString('hex')}`;
  readonly #folders: string[] = [];
  readonly #open = new Set<App>();
  #ports: (Ports & { readonly grafanaPort: number }) | undefined;

  /** Settings that every application of the project shares. */
  async settings(): Promise<Ports & { readonly grafanaPort: number }> {
    this.#ports ??= { ...(await freePorts()), grafanaPort: await freePort() };
    return this.#ports;
  }

  get environment(): Readonly<Record<string, string>> {
    return {
      ...imageVariables,
      COMPOSE_PROJECT_NAME: this.project,
      INGESTOR_IMAGE: ingestorImage(),
    };
  }

  /** The database is there already, empty, as a first start leaves it. */
  async putReadyDatabase(engine: DockerEngine): Promise<void> {
    await putReadyVolume(engine, this.project);
  }

  /** A data folder as another installation has it. */
  async dataFolder(more: object = {}): Promise<string> {
    const { folder, data } = newDataFolder({ ...(await this.settings()), stackKind: 'docker', ...more });
    this.#folders.push(folder);
    return data;
  }

  async open(data?: string, more: Readonly<Record<string, string>> = {}): Promise<App> {
    const app = await openApplication(data ?? (await this.dataFolder()), { ...this.environment, ...more });
    this.#open.add(app);
    return app;
  }

  async close(app: App): Promise<void> {
    this.#open.delete(app);
    await app.close();
  }

  async end(engine: DockerEngine): Promise<void> {
    for (const app of this.#open) await this.close(app);
    await removeProject(engine, this.project);
    for (const folder of this.#folders) await rm(folder, { recursive: true, force: true });
  }
}
