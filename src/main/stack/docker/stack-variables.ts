import type { Settings } from '../../../shared/contract/settings.ts';

export const projectName = 'datayoti';
export const databaseName = 'datayoti_db';
export const ownerName = 'datayoti';
export const ingestorUser = 'field-ingestor';

/** Limits of a Raspberry Pi, as `resources/stack/pi.env` has them. */
const piLimits = {
  STACK_PROFILE: 'pi',
  MOSQUITTO_MEMORY: '64m',
  MOSQUITTO_CPUS: '0.5',
  POSTGRES_MEMORY: '512m',
  POSTGRES_CPUS: '1.0',
  TS_TUNE_MEMORY: '100MB',
  TS_TUNE_NUM_CPUS: '1',
  INGESTOR_MEMORY: '192m',
  INGESTOR_CPUS: '0.5',
  GRAFANA_MEMORY: '256m',
  GRAFANA_CPUS: '0.5',
} as const;

/** May be chosen from outside, by the variables of compose.yaml: images, and how often the engine looks at a service. */
const outsideVariables = [
  'HEALTH_INTERVAL',
  'MOSQUITTO_IMAGE',
  'POSTGRES_IMAGE',
  'GRAFANA_IMAGE',
  'INGESTOR_IMAGE',
  'INGESTOR_BASE_IMAGE',
] as const;

/** Values for the variables of compose.yaml from what the person has set; what is absent has its default there. */
export function stackVariables(
  settings: Settings,
  environment: Readonly<Record<string, string | undefined>>,
  appVersion: string,
): Readonly<Record<string, string>> {
  const chosen = outsideVariables.flatMap((name): [string, string][] => {
    const value = environment[name];
    return value === undefined || value === '' ? [] : [[name, value]];
  });
  return {
    ...(settings.dockerProfile === 'pi' ? piLimits : {}),
    MQTT_ADDRESS: settings.brokerAddress,
    MQTT_PORT: String(settings.mqttPort),
    MQTTS_PORT: String(settings.mqttsPort),
    WEBSOCKET_PORT: String(settings.websocketPort),
    PG_ADDRESS: settings.postgresAddress,
    PG_PORT: String(settings.postgresPort),
    GRAFANA_ADDRESS: settings.grafanaAddress,
    GRAFANA_PORT: String(settings.grafanaPort),
    SENSOR_DATA_DAYS: String(settings.sensorDataDays),
    HEARTBEAT_DAYS: String(settings.heartbeatDays),
    QUARANTINE_PER_DEVICE: String(settings.quarantinePerDevice),
    QUARANTINE_TOTAL: String(settings.quarantineTotal),
    QUARANTINE_TOTAL_BYTES: String(settings.quarantineTotalBytes),
    INGESTOR_IMAGE: `datayoti/field-ingestor:${appVersion}`,
    ...Object.fromEntries(chosen),
  };
}
