/** The sections of the settings, in their order; each has its words and its address. */
export const settingsSections = ['display', 'sites', 'broker', 'stack', 'sync', 'keyboard', 'about'] as const;
export type SettingsSection = (typeof settingsSections)[number];
