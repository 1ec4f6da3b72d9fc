import type { TFunction } from 'i18next';
import { formatNumber } from '../../components/format.ts';
import type { Published } from './use-publish.ts';

/** MQTT 5, section 3.4.2.1: 16 says that nobody subscribes. */
const nobodySubscribes = 16;

export function sentWords(sent: Published | undefined, t: TFunction): string {
  if (sent === undefined) return '';
  const ms = formatNumber(sent.tookMs, sent.tookMs < 10 ? 1 : 0);
  if (sent.reasonCode === nobodySubscribes) return t('traffic.publish.sentToNobody', { ms });
  return sent.reasonCode === null || sent.reasonCode === 0
    ? t('traffic.publish.sent', { ms })
    : t('traffic.publish.sentWith', { ms, code: sent.reasonCode });
}
