import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Handlers } from '../../shared/contract/contract.ts';
import {
  defaultSettings,
  settings as schema,
  settingsPatch,
  type Settings,
  type SettingsPatch,
} from '../../shared/contract/settings.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { isMissing, writeFileAtomically } from '../foundation/atomic-file.ts';
import { Listeners } from '../foundation/listeners.ts';
import type { Log } from '../foundation/log.ts';
import { SerialQueue } from '../foundation/serial-queue.ts';
import { watchState } from '../foundation/watch-state.ts';
import { migrateSettings, settingsVersion } from './settings-migrations.ts';

const fileForm = z.looseObject({
  version: z.number().int().min(1),
  settings: z.record(z.string(), z.unknown()),
});
const watchIntervalMs = 50;

/** The settings of this machine, in one file; what an older version wrote is read, what a newer one wrote is not. */
export class SettingsStore {
  readonly #path: string;
  readonly #log: Log;
  readonly #changes = new Listeners<void>();
  readonly #queue = new SerialQueue();
  #settings: Settings = defaultSettings;
  /** What the file holds, where it can be read: it becomes the `.bak` at the next change. */
  #kept: string | undefined;

  private constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
  }

  /** @throws AppError `settings.newer-than-application`, or `settings.unreadable` where the system refuses the file */
  static async open(path: string, log: Log): Promise<SettingsStore> {
    const store = new SettingsStore(path, log);
    await store.#load();
    return store;
  }

  get current(): Settings {
    return this.#settings;
  }

  state(): Settings {
    return this.#settings;
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  update(patch: SettingsPatch): Promise<Settings> {
    return this.#queue.run(async () => {
      const next = schema.parse({ ...this.#settings, ...withoutUndefined(patch) });
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
      const text = `${JSON.stringify({ version: settingsVersion, settings: next }, undefined, 2)}\n`;
      if (this.#kept !== undefined) await writeFileAtomically(`${this.#path}.bak`, this.#kept);
      await writeFileAtomically(this.#path, text);
      this.#kept = text;
      this.#settings = next;
      this.#changes.tell();
      return next;
    });
  }

  readonly handlers: Handlers['settings'] = {
    watch: (_input, signal) => watchState(this, watchIntervalMs, signal),
    update: (patch) => this.update(patch),
  };

  async #load(): Promise<void> {
    for (const path of [this.#path, `${this.#path}.bak`]) {
      const text = await readIfThere(path);
      if (text === undefined) continue;
      const file = fileForm.safeParse(parse(text));
      if (!file.success) {
        this.#log.warn('a settings file is damaged; trying the one before, then the defaults', { path });
        continue;
      }
      if (file.data.version > settingsVersion) {
        throw new AppError(
          'settings.newer-than-application',
          'The settings were written by a newer version of the application.',
          { path, found: file.data.version },
        );
      }
      this.#settings = readable(migrateSettings(file.data.version, file.data.settings));
      this.#kept = text;
      return;
    }
  }
}

/** A file that is there and cannot be read must not be taken for none: the next change would replace it. */
async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new AppError('settings.unreadable', `The settings in ${path} cannot be read.`, { path }, error);
  }
}

/** Field by field, so that one bad value costs its default and not all the others. */
function readable(stored: Readonly<Record<string, unknown>>): Settings {
  const good: Record<string, unknown> = { ...defaultSettings };
  for (const [key, value] of Object.entries(stored)) {
    if (settingsPatch.safeParse({ [key]: value }).success) good[key] = value;
  }
  return schema.parse(good);
}

function withoutUndefined(patch: SettingsPatch): object {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
