import { z } from 'zod';
import { nothing, port } from './common.ts';
import { procedure, stream } from './procedure.ts';

const fields = {
  display: z.enum(['system', 'light', 'dark', 'sunlight']),
  touch: z.enum(['normal', 'gloves']),
  /** `system` follows the browser or the operating system. */
  language: z.enum(['system', 'en', 'fr']),
  reduceMotion: z.boolean(),
  singleKeyShortcuts: z.boolean(),
  /** Labels go to the printer when boards are verified; `system`: in the window, not in a browser. */
  printLabels: z.enum(['system', 'on', 'off']),
  onStart: z.enum(['start-stack', 'nothing']),
  /** True once the person started the stack or the demo: the first-run page is over. */
  firstRunDone: z.boolean(),
  /** Where the broker listens: `127.0.0.1`, one of this machine's addresses, or `0.0.0.0`. */
  brokerAddress: z.union([z.ipv4(), z.ipv6()]),
  mqttPort: port,
  mqttsPort: port,
  websocketPort: port,
  postgresPort: port,
  tlsEnabled: z.boolean(),
  websocketEnabled: z.boolean(),
  announce: z.boolean(),
  maxPacketBytes: z.number().int().min(256).max(1_048_576),
  /** Quarantine limits: messages kept per device and in total, and bytes in total. */
  quarantinePerDevice: z.number().int().min(10).max(1_000_000),
  quarantineTotal: z.number().int().min(100).max(10_000_000),
  quarantineTotalBytes: z.number().int().min(1_000_000).max(10_000_000_000),
  /** Retention of `sensor_data` and `device_heartbeats`, in days. */
  sensorDataDays: z.number().int().min(7).max(3650),
  heartbeatDays: z.number().int().min(7).max(3650),
} as const;

/** Kept on this machine, one versioned file; the screens change it by patches. */
export const settings = z.object(fields).readonly();
export type Settings = z.infer<typeof settings>;
export { defaultSettings } from '../domain/default-settings.ts';

/** Absent keys stay as they are. */
export const settingsPatch = z.strictObject(fields).partial();
export type SettingsPatch = z.infer<typeof settingsPatch>;

export const settingsContract = {
  watch: stream(nothing, settings),
  update: procedure(settingsPatch, settings),
} as const;
