import { randomUUID } from 'node:crypto';
import type { KeptTraffic } from '../../shared/contract/traffic.ts';
import type { MessageFilter } from '../../shared/contract/traffic-messages.ts';
import type { Profile, ProfileInput, Publication } from '../../shared/contract/traffic-parts.ts';
import { AppError, isAppError } from '../../shared/domain/app-error.ts';
import type { Closable } from '../foundation/disposer.ts';
import { Listeners } from '../foundation/listeners.ts';
import type { Log } from '../foundation/log.ts';
import type { SecretStore } from '../foundation/platform.ts';
import { SerialQueue } from '../foundation/serial-queue.ts';
import { readKept, writeKept } from './kept-file.ts';
import {
  bookmarksAtMost,
  historyAtMost,
  historyBytesAtMost,
  historyWriteDelayMs,
  profilesAtMost,
  templateBytesAtMost,
  templatesAtMost,
} from './limits.ts';
import { mustFit } from './profile-pem.ts';
import type { ProfileSecrets, ProfileSource } from './source.ts';

const passwordName = (id: string): string => `traffic.profile.${id}.password`;
const keyName = (id: string): string => `traffic.profile.${id}.key`;

/** Profiles, bookmarks, templates and the last publications, in one file; what is secret lies with the other secrets. */
export class KeptStore implements ProfileSource, Closable {
  readonly #path: string;
  readonly #secrets: SecretStore;
  readonly #log: Log;
  readonly #queue = new SerialQueue();
  readonly #changes = new Listeners<string>();
  #kept: KeptTraffic = { profiles: [], bookmarks: [], templates: [], history: [] };
  /** Why the file cannot be read: then nothing is changed, so that it can be repaired. */
  #failure: AppError | undefined;
  #historyTimer: NodeJS.Timeout | undefined;

  private constructor(path: string, secrets: SecretStore, log: Log) {
    this.#path = path;
    this.#secrets = secrets;
    this.#log = log;
  }

  /** Never fails: a file that cannot be read is told of by every question about what is kept. */
  static async open(path: string, secrets: SecretStore, log: Log): Promise<KeptStore> {
    const store = new KeptStore(path, secrets, log);
    try {
      store.#kept = await readKept(path);
    } catch (error) {
      if (!isAppError(error)) throw error;
      store.#failure = error;
      log.error('the file of profiles, bookmarks and templates cannot be read', { error });
    }
    return store;
  }

  /** @throws AppError `traffic.file-unreadable`, as all that follow */
  kept(): KeptTraffic {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#kept;
  }

  profiles(): readonly Profile[] {
    return this.#kept.profiles;
  }

  async secretsOf(id: string): Promise<ProfileSecrets> {
    return {
      password: (await this.#secrets.get(passwordName(id))) ?? null,
      key: (await this.#secrets.get(keyName(id))) ?? null,
    };
  }

  /** What a connection would use if this were saved: `null` leaves what is kept, empty is none. */
  async wantedSecrets(wish: Pick<ProfileInput, 'id' | 'password' | 'key'>): Promise<ProfileSecrets> {
    this.kept();
    return this.#wanted(wish);
  }

  onChange(listener: (id: string) => void): () => void {
    return this.#changes.add(listener);
  }

  /** @throws AppError `traffic.too-many`, `traffic.source-unknown`, `traffic.certificate` where the texts make no sense */
  async saveProfile({ id, password, key, ...fields }: ProfileInput): Promise<Profile> {
    const saved = await this.#queue.run(async () => {
      const { profiles } = this.kept();
      const before = profiles.find((entry) => entry.id === id);
      if (id !== null && before === undefined)
        throw new AppError('traffic.source-unknown', 'There is no such profile.', { source: id });
      if (before === undefined) mustHaveRoom(profiles, profilesAtMost, 'profiles');
      mustFit(fields, await this.#wanted({ id, password, key }));
      const next: Profile = {
        ...fields,
        id: before?.id ?? randomUUID(),
        hasPassword: password === null ? (before?.hasPassword ?? false) : password !== '',
        hasKey: key === null ? (before?.hasKey ?? false) : key !== '',
      };
      // First the secrets: a profile that says to have one must have it.
      await this.#keepSecret(passwordName(next.id), password);
      await this.#keepSecret(keyName(next.id), key);
      const others = profiles.map((entry) => (entry.id === next.id ? next : entry));
      await this.#change({ profiles: before === undefined ? [...others, next] : others });
      return next;
    });
    this.#changes.tell(saved.id);
    return saved;
  }

  async removeProfile(id: string): Promise<void> {
    await this.#queue.run(async () => {
      const { profiles } = this.kept();
      await this.#change({ profiles: profiles.filter((entry) => entry.id !== id) });
      await this.#secrets.delete(passwordName(id));
      await this.#secrets.delete(keyName(id));
    });
    this.#changes.tell(id);
  }

  /** @throws AppError `traffic.too-many` */
  saveBookmark(name: string, filter: MessageFilter): Promise<string> {
    return this.#queue.run(async () => {
      const { bookmarks } = this.kept();
      mustHaveRoom(bookmarks, bookmarksAtMost, 'bookmarks');
      const id = randomUUID();
      await this.#change({ bookmarks: [...bookmarks, { id, name, filter }] });
      return id;
    });
  }

  removeBookmark(id: string): Promise<void> {
    return this.#queue.run(async () => {
      const { bookmarks } = this.kept();
      await this.#change({ bookmarks: bookmarks.filter((entry) => entry.id !== id) });
    });
  }

  /** @throws AppError `traffic.too-many`, also where all templates together would be over 16 MB */
  saveTemplate(name: string, publication: Publication): Promise<string> {
    return this.#queue.run(async () => {
      const { templates } = this.kept();
      mustHaveRoom(templates, templatesAtMost, 'templates');
      const sizes = [publication, ...templates.map((entry) => entry.publication)].map(sizeOf);
      if (sizes.reduce((sum, size) => sum + size, 0) > templateBytesAtMost)
        throw tooMany('templates', templates.length);
      const id = randomUUID();
      await this.#change({ templates: [...templates, { id, name, publication }] });
      return id;
    });
  }

  removeTemplate(id: string): Promise<void> {
    return this.#queue.run(async () => {
      const { templates } = this.kept();
      await this.#change({ templates: templates.filter((entry) => entry.id !== id) });
    });
  }

  /**
   * A publication was sent; the same one again only gets its new time. Written a second later, many at once. Bounded by
   * number and by size in all; the newest is always among them.
   */
  published(timeMs: number, publication: Publication): void {
    if (this.#failure !== undefined) return;
    const text = JSON.stringify(publication);
    const [newest, ...older] = this.#kept.history;
    const before =
      newest !== undefined && JSON.stringify(newest.publication) === text ? older : this.#kept.history;
    let bytes = 0;
    const history = [{ timeMs, publication }, ...before].slice(0, historyAtMost).filter((entry, index) => {
      bytes += sizeOf(entry.publication);
      return index === 0 || bytes <= historyBytesAtMost;
    });
    this.#kept = { ...this.#kept, history };
    this.#historyTimer ??= setTimeout(() => void this.#writeHistory(), historyWriteDelayMs);
  }

  clearHistory(): Promise<void> {
    return this.#queue.run(async () => {
      this.kept();
      await this.#change({ history: [] });
    });
  }

  /** Writes what waits. */
  async close(): Promise<void> {
    if (this.#historyTimer !== undefined) await this.#writeHistory();
    await this.#queue.run(() => Promise.resolve());
  }

  async #writeHistory(): Promise<void> {
    clearTimeout(this.#historyTimer);
    this.#historyTimer = undefined;
    try {
      await this.#queue.run(() => this.#change({}));
    } catch (error) {
      this.#log.warn('the publications that were sent could not be kept', { error });
    }
  }

  async #change(part: Partial<KeptTraffic>): Promise<void> {
    await writeKept(this.#path, { ...this.#kept, ...part });
    // What was published while it was written stays.
    this.#kept = { ...this.#kept, ...part };
  }

  async #wanted({
    id,
    password,
    key,
  }: Pick<ProfileInput, 'id' | 'password' | 'key'>): Promise<ProfileSecrets> {
    const known = this.#kept.profiles.some((entry) => entry.id === id);
    const kept = id === null || !known ? { password: null, key: null } : await this.secretsOf(id);
    const effective = (given: string | null, before: string | null): string | null =>
      given === null ? before : given === '' ? null : given;
    return { password: effective(password, kept.password), key: effective(key, kept.key) };
  }

  async #keepSecret(name: string, value: string | null): Promise<void> {
    if (value === null) return;
    if (value === '') await this.#secrets.delete(name);
    else await this.#secrets.set(name, value);
  }
}

function sizeOf({ topic, payload }: Publication): number {
  return topic.length + (payload.form === 'text' ? payload.text.length : payload.base64.length);
}

function mustHaveRoom(items: readonly unknown[], most: number, what: string): void {
  if (items.length >= most) throw tooMany(what, most);
}

function tooMany(what: string, most: number): AppError {
  return new AppError('traffic.too-many', `No more ${what} can be kept.`, { what, most });
}
