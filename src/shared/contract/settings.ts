import { z } from 'zod';
import { nothing, port } from './common.ts';
import { procedure, stream } from './procedure.ts';

const engineAddress = z
  .string()
  .min(1)
  .max(500)
  .refine((text) => !/^[a-z]+:\/\/[^/@]*:[^/@]*@/.test(text));

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
  grafanaPort: port,
  tlsEnabled: z.boolean(),
  websocketEnabled: z.boolean(),
  announce: z.boolean(),
  maxPacketBytes: z.number().int().min(256).max(1_048_576),
  /** Quarantine limits: messages kept per device and in total, and bytes in total. */
  quarantinePerDevice: z.number().int().min(10).max(1_000_000),
  quarantineTotal: z.number().int().min(100).max(10_000_000),
  quarantineTotalBytes: z.number().int().min(1_000_000).max(10_000_000_000),
  stackKind: z.enum(['embedded', 'docker', 'published']),
  /** The one that comes back when the published stack is used no more. */
  stackBefore: z.enum(['embedded', 'docker']),
  /** Address of the Docker engine; empty means the one that Docker's own command line would use. */
  dockerEngine: z.string().max(500),
  /** Engines that the person added to those that are found, newest last; no address holds a password. */
  knownEngines: z.array(engineAddress).max(10).readonly(),
  /** Which limits the containers and the broker in them get. */
  dockerProfile: z.enum(['laptop', 'pi']),
  /** Where the database and Grafana of the Docker stack listen: this machine alone, unless the person says otherwise. */
  postgresAddress: z.union([z.ipv4(), z.ipv6()]),
  grafanaAddress: z.union([z.ipv4(), z.ipv6()]),
  /** Retention of `sensor_data` and `device_heartbeats`, in days. */
  sensorDataDays: z.number().int().min(7).max(3650),
  heartbeatDays: z.number().int().min(7).max(3650),
  /** A backup of the database each day, or at the next start where it was missed. */
  backupDaily: z.boolean(),
  /** Minutes after midnight, local time. */
  backupAtMinute: z.number().int().min(0).max(1439),
  /** Complete backups that stay; older ones go after a new one was made. */
  backupsKept: z.number().int().min(1).max(1000),
  /** Empty for the folder below the application's data. */
  backupFolder: z.string().max(1000),
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
