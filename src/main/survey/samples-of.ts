import type { SurveySample } from '../../shared/contract/survey.ts';
import type { Decoded } from '../../shared/domain/telemetry.ts';

/** A message whose fate is durable. */
export interface HeardMessage {
  readonly decoded: Decoded;
  /** Set for one that went to quarantine. */
  readonly reason: unknown;
  readonly message: { readonly receivedMs: number; readonly keptCopy?: boolean };
}

/** What of messages is worth recording; a copy that the broker kept says nothing about now. */
export function samplesOf(messages: readonly HeardMessage[]): readonly SurveySample[] {
  return messages.flatMap(({ decoded, reason, message }): readonly SurveySample[] => {
    if (reason !== null || message.keptCopy === true) return [];
    const timeMs = message.receivedMs;
    if (decoded.kind === 'reading') {
      const { mac, temperature, humidity } = decoded;
      return [{ mac, timeMs, temperature, humidity, rssi: null }];
    }
    if (decoded.kind === 'heartbeat' && decoded.rssi !== null)
      return [{ mac: decoded.mac, timeMs, temperature: null, humidity: null, rssi: decoded.rssi }];
    return [];
  });
}
