import type { Settings } from '../contract/settings.ts';

/** What holds until the person says otherwise; apart from the schema, so that a screen can have it alone. */
export const defaultSettings: Settings = {
  display: 'system',
  touch: 'normal',
  language: 'system',
  reduceMotion: false,
  singleKeyShortcuts: true,
  printLabels: 'system',
  onStart: 'start-stack',
  firstRunDone: false,
  brokerAddress: '127.0.0.1',
  mqttPort: 1883,
  mqttsPort: 8883,
  websocketPort: 9001,
  postgresPort: 5432,
  tlsEnabled: true,
  websocketEnabled: true,
  announce: true,
  maxPacketBytes: 8192,
  quarantinePerDevice: 20_000,
  quarantineTotal: 200_000,
  quarantineTotalBytes: 200_000_000,
  sensorDataDays: 365,
  heartbeatDays: 183,
};
