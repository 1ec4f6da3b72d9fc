import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../../src/shared/contract/settings.ts';
import { freePort } from './free-port.ts';

/** Of an application: chosen free, and written into its settings. */
export interface ApplicationPorts {
  readonly mqtt: number;
  readonly mqtts: number;
  readonly websocket: number;
  readonly postgres: number;
}

/** Gives a data folder settings with free ports of its own. */
export async function writeSettings(
  data: string,
  more: Partial<Settings> & { readonly firstRunDone: boolean },
): Promise<ApplicationPorts> {
  const ports = {
    mqtt: await freePort(),
    mqtts: await freePort(),
    websocket: await freePort(),
    postgres: await freePort(),
  };
  const settings = {
    mqttPort: ports.mqtt,
    mqttsPort: ports.mqtts,
    websocketPort: ports.websocket,
    postgresPort: ports.postgres,
    ...more,
  };
  mkdirSync(data, { recursive: true });
  writeFileSync(join(data, 'settings.json'), JSON.stringify({ version: 1, settings }));
  return ports;
}
