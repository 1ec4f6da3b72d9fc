import type { Closable } from '../../foundation/disposer.ts';
import { drop } from '../../foundation/drop.ts';
import type { Log } from '../../foundation/log.ts';
import { SerialQueue } from '../../foundation/serial-queue.ts';
import { containerName, type ComposeProject } from './compose/index.ts';
import type { DockerEngine } from './engine/docker-engine.ts';
import { keepRegister } from './found-in-containers.ts';
import { filesOfService } from './project/index.ts';
import type { StackFiles } from './project/index.ts';
import type { StackDefinition } from './stack-definition.ts';

const broker = 'mosquitto';
/** The command line may change accounts while the application runs. */
const lookMs = 2_000;
/** mosquitto(8), "Signals": reads its password and rights files again, and ends connections that no longer fit. */
const reloadSignal = 'SIGHUP';

export interface AccessKeeperParts {
  readonly engine: DockerEngine;
  readonly definition: StackDefinition;
  readonly project: ComposeProject;
  readonly log: Log;
  /** All files of the stack as they were laid into the containers. */
  readonly written: StackFiles;
}

/**
 * Keeps logins and rights of the broker in its container as the application has them, without a restart. It looks by
 * itself every two seconds, the first time after as long: whoever makes one looks once.
 */
export class AccessKeeper implements Closable {
  readonly #parts: AccessKeeperParts;
  readonly #timer: NodeJS.Timeout;
  /** Two at once would leave a mix of both in the container. */
  readonly #looks = new SerialQueue();
  /** Asked for and not begun: it sees every change up to now. */
  #next: Promise<void> | undefined;
  #mark: string | undefined;
  #closed = false;

  constructor(parts: AccessKeeperParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => drop(this.look(), parts.log, "writing the broker's accounts"), lookMs);
  }

  /** Now, instead of at the next look. Resolves when the broker knows; a failure is tried again at the next look. */
  look(): Promise<void> {
    this.#next ??= this.#looks.run(() => {
      this.#next = undefined;
      return this.#look();
    });
    return this.#next;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#looks.run(() => Promise.resolve());
  }

  async #look(): Promise<void> {
    const { engine, definition, project, written } = this.#parts;
    const mark = await definition.accessMark();
    if (mark === this.#mark || this.#closed) return;
    await definition.adopt(engine);
    const merged = await definition.accessMark();
    const files: StackFiles = new Map([...written, ...(await definition.access())]);
    const container = containerName(project, broker);
    const access = filesOfService(project, broker, files).filter(({ path }) =>
      /\/(passwords|acl|mosquitto_sub)$/.test(path),
    );
    await engine.putFiles(container, access);
    await keepRegister(engine, project, access);
    await engine.killContainer(container, reloadSignal);
    this.#mark = merged;
  }
}
