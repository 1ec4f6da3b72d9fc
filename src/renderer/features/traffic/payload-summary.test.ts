import { expect, test } from 'vitest';
import { payloadSummary } from './payload-summary.ts';

const words = { empty: 'empty' };
const base = 'datayoti/sensor/24:6F:28:7D:1F:B4';

test.each([
  [`${base}/data`, '{"temperature":-22.94,"humidity":61.4}', '−22.9\u00A0°C  61.4\u00A0%RH'],
  [`${base}/data`, '{"temperature":4}', '4.0\u00A0°C'],
  [`${base}/heartbeat`, '{"rssi":-64,"free_heap":1}', '−64\u00A0dBm'],
  [`${base}/status`, '{"status":"online"}', 'online'],
  [`${base}/cmd`, '{"cmd":"blink"}', 'blink'],
  // What is not as known is shown as it came.
  [`${base}/data`, '{"temperature":"4"}', '{"temperature":"4"}'],
  [`${base}/data`, '{"temperature":4,"hum', '{"temperature":4,"hum'],
  ['other/data', '{"temperature":4}', '{"temperature":4}'],
])('%s says %s', (topic, preview, said) => {
  expect(payloadSummary({ topic, form: 'json', preview }, words)).toBe(said);
});

test('an empty payload is named, and control characters are seen', () => {
  expect(payloadSummary({ topic: 'a', form: 'empty', preview: '' }, words)).toBe('empty');
  expect(payloadSummary({ topic: 'a', form: 'text', preview: 'a\n\u0007b' }, words)).toBe('a⟨0A⟩⟨07⟩b');
});
