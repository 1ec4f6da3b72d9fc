import type { QuarantineReason } from '../../shared/contract/devices.ts';
import type { InboundMessage } from '../../shared/domain/inbound-message.ts';
import type { Decoded } from '../../shared/domain/telemetry.ts';

/** One message whose fate is durable; what health learns from. */
export interface SettledMessage {
  readonly decoded: Decoded;
  readonly reason: QuarantineReason | null;
  readonly message: Pick<InboundMessage, 'receivedMs' | 'keptCopy'>;
}
