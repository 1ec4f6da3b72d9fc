import { parseSensorTopic } from '../../../shared/domain/topics.ts';
import type { PayloadForm } from '../../../shared/contract/traffic-messages.ts';
import { formatNumber, humidityUnit } from '../../components/format.ts';
import { visibleText } from './visible-text.ts';

interface Seen {
  readonly topic: string;
  readonly form: PayloadForm;
  readonly preview: string;
}

/** What a line says of a payload: of a sensor's, its values with their units; of any other, its beginning. */
export function payloadSummary({ topic, form, preview }: Seen, words: { readonly empty: string }): string {
  if (form === 'empty') return words.empty;
  if (form === 'json') {
    const said = sensorSummary(topic, preview);
    if (said !== undefined) return said;
  }
  return visibleText(preview);
}

function sensorSummary(topic: string, preview: string): string | undefined {
  const sensor = parseSensorTopic(topic);
  if (sensor === undefined) return undefined;
  const body = parsed(preview);
  if (body === undefined) return undefined;
  const { temperature, humidity, rssi, status, cmd } = body;
  const parts: string[] = [];
  if (sensor.channel === 'data') {
    if (typeof temperature === 'number') parts.push(`${formatNumber(temperature, 1)}\u00A0°C`);
    if (typeof humidity === 'number') parts.push(`${formatNumber(humidity, 1)}\u00A0${humidityUnit()}`);
  } else if (sensor.channel === 'heartbeat') {
    if (typeof rssi === 'number') parts.push(`${formatNumber(rssi)}\u00A0dBm`);
  } else if (sensor.channel === 'status') {
    if (typeof status === 'string') parts.push(visibleText(status));
  } else if (typeof cmd === 'string') parts.push(visibleText(cmd));
  return parts.length === 0 ? undefined : parts.join('  ');
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    // Cut, or none.
    return undefined;
  }
}
