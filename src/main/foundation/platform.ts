/** Folders the application may use; all absolute. */
export interface PlatformPaths {
  /** Everything that must survive: database, broker state, settings, secrets. */
  readonly data: string;
  readonly logs: string;
  /** Read-only files shipped with the application: `sql/`, `resources/`. */
  readonly sql: string;
  /** The Docker stack's definition and files, `resources/stack`. */
  readonly stack: string;
  /** The bundled ingestor that goes into a container, one file. */
  readonly ingestor: string;
  /** Folder holding `bin/`, `lib/` and `share/` of PostgreSQL, or `undefined` where this system has none. */
  readonly postgres: string | undefined;
}

/** Small secrets by name (`postgres.owner`, `web.control`); at rest under the host's best protection. */
export interface SecretStore {
  /** @throws AppError `secret.unreadable` when something is stored but cannot be read back. */
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
  delete(name: string): Promise<void>;
}

export type HostKind = 'desktop' | 'web' | 'cli';

/** All that differs between the hosts. Capabilities see nothing else of where they run. */
export interface Platform {
  readonly kind: HostKind;
  readonly appVersion: string;
  readonly paths: PlatformPaths;
  readonly secrets: SecretStore;
  /** Opens an allow-listed https address outside the application; absent where the host cannot. */
  readonly openExternal?: (url: string) => Promise<void>;
  /** Shows a notification of the operating system; absent where the host cannot. */
  readonly notify?: (title: string, body: string) => void;
  /** Keeps the machine awake until the returned function is called; absent where the host cannot. */
  readonly keepAwake?: (reason: string) => () => void;
}
