import { symptom, type Evidence, type Symptom } from './evidence.ts';

const says =
  (...ids: readonly string[]) =>
  ({ log }: Evidence): boolean =>
    ids.some((id) => log.has(id));
const both =
  (...conditions: readonly ((evidence: Evidence) => boolean)[]) =>
  (evidence: Evidence): boolean =>
    conditions.every((condition) => condition(evidence));
const during =
  (...phases: readonly Evidence['phase'][]) =>
  ({ phase }: Evidence): boolean =>
    phases.includes(phase);

/**
 * What is wrong with the board, its program or its surroundings, from what it says. Causes come before what they
 * bring about: a weak supply before the restarts, the missing network before the broker that cannot be reached.
 */
export const boardSymptoms: readonly Symptom[] = [
  symptom('brown-out', says('brown-out', 'brown-out-loop', 'reset-brown-out')),
  symptom('secure-download', (e) => e.secureDownload),
  symptom('flash-voltage', says('flash-read-1000')),

  symptom('no-sync-in-download', both(during('connect'), says('waiting-for-download', 'boot-download'))),
  symptom(
    'raw-socket',
    (e) => e.phase === 'connect' && e.address.startsWith('socket:') && e.bytesReceived !== null,
  ),
  symptom('wrong-boot-mode', both(during('connect'), says('boot-flash'))),
  symptom('silent', (e) => (e.phase === 'connect' || e.phase === 'run') && e.bytesReceived === 0),
  symptom('auto-reset', (e) => e.phase === 'connect' && (e.bytesReceived ?? 0) > 0 && !says('unreadable')(e)),
  symptom('gpio0-low', both(during('run', 'configure'), says('boot-download', 'waiting-for-download'))),
  symptom(
    'baud-too-high',
    (e) => e.phase === 'write' && e.baudRate > 115_200 && e.error !== null,
    (e) => ({
      baudRate: e.baudRate,
    }),
  ),
  symptom('unreadable', says('unreadable'), (e) => ({ baudRate: e.baudRate })),

  symptom('blank-flash', (e) => says('invalid-header')(e) && e.blankFlash),
  symptom('invalid-header', says('invalid-header')),
  symptom('wrong-chip', says('wrong-chip')),
  symptom('wrong-revision', says('wrong-revision')),
  symptom('image-larger-than-flash', says('image-larger-than-flash')),
  symptom('psram-missing', says('psram-missing')),
  symptom('secure-boot', says('secure-boot-refused')),
  symptom('partition-table', says('partition-table-invalid')),
  symptom('checksum', says('checksum-error')),
  symptom('app-missing', says('app-missing', 'no-bootable-app')),
  symptom('flash-read-error', says('flash-read-error')),
  symptom('panic-loop', says('panic-loop')),
  symptom('panic', says('panic', 'abort', 'assert', 'error-check', 'stack-overflow', 'heap-corrupt')),
  symptom('watchdog', says('task-watchdog', 'interrupt-watchdog', 'reset-watchdog')),
  symptom('reset-loop', says('reset-loop')),
  symptom('disturbed-supply', says('reset-glitch')),

  symptom('wifi-no-network', says('wifi-no-network')),
  symptom('wifi-wrong-password', says('wifi-wrong-password')),
  symptom('wifi-weak', says('signal-critical', 'signal-too-weak', 'signal-alert')),
  symptom(
    'wifi-failed',
    (e) => says('wifi-failed', 'sensor-start-failed')(e) && !e.log.has('wifi-connected'),
  ),
  symptom('wifi-no-address', (e) => e.log.has('wifi-connected') && !e.log.has('wifi-got-ip')),
  symptom('mqtt-refused-login', says('mqtt-refused-login')),
  symptom('mqtt-refused-rights', says('mqtt-refused-rights')),
  symptom('mqtt-unreachable', says('mqtt-unreachable'), undefined, 'per system'),
  symptom('mqtt-failed', says('mqtt-failed')),
  symptom('dht-silent', says('dht-silent')),
  symptom('heap-low', says('heap-low', 'heap-fragmented')),
  symptom('clock-not-set', (e) => says('clock-not-set')(e) && !e.log.has('clock-set')),
  symptom('wifi-unstable', says('wifi-lost', 'wifi-reconnecting')),
];
