/** The settings as some version wrote them. */
export type StoredSettings = Readonly<Record<string, unknown>>;

/** Turns what one version wrote into what the next one reads; pure, and never edited once released. */
export type SettingsMigration = (stored: StoredSettings) => StoredSettings;

/** The step at index 0 leads from version 1 to 2, and so on. Raise the version by adding one. */
export const settingsMigrations: readonly SettingsMigration[] = [];

/** The version that this application writes. */
export const settingsVersion = settingsMigrations.length + 1;

/** Runs every step that is missing between `version` and the present one. */
export function migrateSettings(
  version: number,
  stored: StoredSettings,
  steps: readonly SettingsMigration[] = settingsMigrations,
): StoredSettings {
  return steps.slice(Math.max(0, version - 1)).reduce((settings, step) => step(settings), stored);
}
