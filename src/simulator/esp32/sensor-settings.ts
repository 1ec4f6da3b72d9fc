import type { NvsValue } from './nvs-reader.ts';

/** What the sensor's firmware takes from the NVS namespace `datayoti`. */
export interface SensorSettings {
  readonly wifiSsid: string;
  readonly wifiPassword: string;
  readonly mqttHost: string;
  readonly mqttPort: number;
  readonly mqttTls: boolean;
  readonly mqttCa: string | null;
  readonly mqttUser: string;
  readonly mqttPassword: string;
  readonly siteRef: string;
  readonly name: string;
  readonly intervalS: number;
  readonly dhtType: number;
  /** °C and % to add to what the sensor element says. */
  readonly temperatureOffset: number;
  readonly humidityOffset: number;
}

export type SettingsReading =
  | { readonly ok: true; readonly settings: SensorSettings }
  /** Keys that are missing or of another type than the firmware asks for. */
  | { readonly ok: false; readonly keys: readonly string[] };

const layoutVersion = 1;

export function readSensorSettings(values: ReadonlyMap<string, NvsValue>): SettingsReading {
  const bad: string[] = [];
  const text = (key: string, fallback?: string): string => {
    const value = values.get(key) ?? fallback;
    if (typeof value === 'string') return value;
    bad.push(key);
    return '';
  };
  const number = (key: string, fallback?: number): number => {
    const value = values.get(key) ?? fallback;
    if (typeof value === 'number') return value;
    bad.push(key);
    return 0;
  };
  if (number('schema') !== layoutVersion && !bad.includes('schema')) bad.push('schema');
  const tls = number('mqtt_tls', 0) === 1;
  const ca = values.get('mqtt_ca');
  const settings: SensorSettings = {
    wifiSsid: text('wifi_ssid'),
    wifiPassword: text('wifi_pass', ''),
    mqttHost: text('mqtt_host'),
    mqttPort: number('mqtt_port', tls ? 8883 : 1883),
    mqttTls: tls,
    // PEM parsers of the firmware want the terminating NUL that some writers store with it.
    mqttCa: Buffer.isBuffer(ca) ? ca.toString('utf8').replace(/\0+$/, '') : null,
    mqttUser: text('mqtt_user'),
    mqttPassword: text('mqtt_pass'),
    siteRef: text('site_ref'),
    name: text('dev_name', ''),
    intervalS: number('interval_s', 60),
    dhtType: number('dht_type', 22),
    temperatureOffset: number('t_off_cdeg', 0) / 100,
    humidityOffset: number('h_off_cpct', 0) / 100,
  };
  return bad.length === 0 ? { ok: true, settings } : { ok: false, keys: bad };
}
