import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LogInterpreter, type InterpretedLine } from './log-interpreter.ts';

function interpret(log: string | Buffer, timeMs = 0): readonly InterpretedLine[] {
  const interpreter = new LogInterpreter();
  const bytes = Buffer.from(log as string);
  return [...interpreter.push(bytes, timeMs), ...interpreter.flush(timeMs)];
}

const ids = (lines: readonly InterpretedLine[]): readonly string[] =>
  lines.flatMap(({ events }) => events.map(({ id }) => id));
const only = (text: string) => interpret(`${text}\r\n`)[0];

test('any bytes, in pieces of any size, never throw, and the raw log stays complete', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc
      .constantFrom('\n', '\r\n', '\u001b[0;31mE (5) wifi: é漢\u001b[0m\n', 'rst:0x', 'Backtrace: 0x')
      .map((text) => Buffer.from(text)),
    fc.integer({ min: 4_000, max: 9_000 }).map((length) => Buffer.from('é'.repeat(length))),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.boolean(), (pieces, flushing) => {
      const interpreter = new LogInterpreter();
      const lines: InterpretedLine[] = [];
      for (const bytes of pieces) {
        lines.push(...interpreter.push(bytes, 0));
        if (flushing) lines.push(...interpreter.flush(0));
      }
      lines.push(...interpreter.flush(0));
      expect(Buffer.concat(lines.map(({ raw }) => raw)).equals(Buffer.concat(pieces))).toBe(true);
      expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, at) => at));
      for (const { text } of lines) expect(text).not.toMatch(/[^\P{Cc}\t]/u);
    }),
    { numRuns: 300 },
  );
});

test('a character cut in two by the driver is one character', () => {
  const interpreter = new LogInterpreter();
  const bytes = Buffer.from('WiFi connecté!\r\n');
  const lines = [...bytes].flatMap((byte) => interpreter.push(Buffer.of(byte), 0));
  expect(lines.map(({ text }) => text)).toEqual(['WiFi connecté!']);
  expect(ids(lines)).toEqual(['wifi-connected']);
});

test('a line that never ends is cut without cutting a character, and none is lost', () => {
  const lines = interpret(`x${'é'.repeat(5_000)}`);
  expect(lines.length).toBeGreaterThan(2);
  for (const { text } of lines) expect(text).not.toContain('\uFFFD');
});

test.each([
  ['\u001b[0;32mI (312) wifi: mode : sta\u001b[0m', 'info', 'wifi', 312],
  ['E (47) boot_comm: mismatch chip ID, expected 0, found 9', 'error', 'boot_comm', 47],
  ['W (1234567) HTTP_CLIENT: slow', 'warn', 'HTTP_CLIENT', 1_234_567],
  ['I (12:34:56.789) app: hello', 'info', 'app', null],
  ['[  1523][E][WiFiGeneric.cpp:1500] hostByName(): DNS Failed', 'error', 'WiFiGeneric.cpp', 1_523],
  ['[12:34:56][D][wifi:123]: scanning', 'debug', 'wifi', null],
  ['I am a sentence: no level', null, null, null],
])('%j has its level', (text, level, tag, uptimeMs) => {
  expect(only(text)).toMatchObject({ level, tag, uptimeMs });
});

test.each([
  ['ets Jun  8 2016 00:22:57', ['rom-banner'], { chip: 'ESP32' }],
  ['ESP-ROM:esp32s3-20210327', ['rom-banner'], { chip: 'ESP32-S3' }],
  ['ESP-ROM:esp32c3-api1-20210207', ['rom-banner'], { chip: 'ESP32-C3' }],
  ['rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)', ['reset-power-on', 'boot-flash'], {}],
  [
    'rst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))',
    ['reset-power-on', 'boot-download'],
    {},
  ],
  ['rst:0x15 (USB_UART_CHIP_RESET),boot:0x0 (DOWNLOAD(USB/UART0))', ['reset-usb', 'boot-download'], {}],
  ['rst:0xf (RTCWDT_BROWN_OUT_RESET),boot:0xc (SPI_FAST_FLASH_BOOT)', ['reset-brown-out', 'boot-flash'], {}],
  ['rst:0xc (SW_CPU_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)', ['reset-software', 'boot-flash'], {}],
  ['rst:0x8 (TG1WDT_SYS_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)', ['reset-watchdog', 'boot-flash'], {}],
  ['rst:0x5 (DEEPSLEEP_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)', ['reset-deep-sleep', 'boot-flash'], {}],
  ['rst:0x63 (STRANGE)', ['reset-unknown'], { code: '0x63' }],
  ['waiting for download', ['waiting-for-download'], {}],
  ['Brownout detector was triggered', ['brown-out'], {}],
  ['invalid header: 0xffffffff', ['invalid-header'], { header: 'ffffffff' }],
  ['flash read err, 1000', ['flash-read-1000'], {}],
  ['ets_main.c 371', ['flash-read-error'], {}],
  ['csum err:0x99!=0x9a', ['checksum-error'], {}],
  ['E (98) boot: Factory app partition is not bootable', ['no-bootable-app'], {}],
  ['E (50) flash_parts: partition 0 invalid magic number 0xffff', ['partition-table-invalid'], {}],
  [
    'E (65) esp_image: image at 0x10000 has invalid magic byte (nothing flashed here?)',
    ['app-missing'],
    { offset: '0x10000' },
  ],
  [
    'E (47) spi_flash: Detected size(2048k) smaller than the size in the binary image header(4096k). Probe failed.',
    ['image-larger-than-flash'],
    { found: '2048', expected: '4096' },
  ],
  ['E (47) boot_comm: mismatch chip ID, expected 0, found 9', ['wrong-chip'], { found: '9' }],
  [
    'E (47) boot_comm: Image requires chip rev >= v3.0, but chip is v1.0',
    ['wrong-revision'],
    { needed: '3.0', found: '1.0' },
  ],
  ['E (259) psram: PSRAM ID read error: 0xffffffff', ['psram-missing'], {}],
  [
    "Guru Meditation Error: Core  0 panic'ed (LoadProhibited). Exception was unhandled.",
    ['panic'],
    { core: 0, reason: 'LoadProhibited' },
  ],
  [
    "Guru Meditation Error: Core  0 panic'ed (Load access fault). Exception was unhandled.",
    ['panic'],
    { reason: 'Load access fault' },
  ],
  ['abort() was called at PC 0x400d1a2b on core 0', ['abort'], { pc: '0x400d1a2b' }],
  ['assert failed: app_main main.c:42 (x > 0)', ['assert'], {}],
  [
    'ESP_ERROR_CHECK failed: esp_err_t 0x101 (ESP_ERR_NO_MEM) at 0x400d2f3c',
    ['error-check'],
    { name: 'ESP_ERR_NO_MEM' },
  ],
  ['***ERROR*** A stack overflow in task main has been detected.', ['stack-overflow'], { task: 'main' }],
  ['CORRUPT HEAP: Bad head at 0x3ffb8', ['heap-corrupt'], {}],
  [
    'Backtrace: 0x400d1a2b:0x3ffb5e20 0x400d1c11:0x3ffb5e40',
    ['backtrace'],
    { frames: '0x400d1a2b:0x3ffb5e20 0x400d1c11:0x3ffb5e40' },
  ],
  [
    'E (10306) task_wdt: Task watchdog got triggered. The following tasks did not reset',
    ['task-watchdog'],
    {},
  ],
  [
    "Guru Meditation Error: Core  1 panic'ed (Interrupt wdt timeout on CPU1).",
    ['panic'],
    { reason: 'Interrupt wdt timeout on CPU1' },
  ],
  ['I (245) cpu_start: Project name:     datayoti-sensor', ['app-started'], { project: 'datayoti-sensor' }],
  ['I (5012) wifi: station disconnected, reason=201', ['wifi-no-network'], {}],
  ['W (5012) sta: disconnect reason: 15', ['wifi-wrong-password'], {}],
  [
    '[  5123][W][WiFiGeneric.cpp:1057] _eventCallback(): Reason: 202 - AUTH_FAIL',
    ['wifi-wrong-password'],
    {},
  ],
  [
    'I (2345) esp_netif_handlers: sta ip: 192.168.1.40, mask: 255.255.255.0, gw: 192.168.1.1',
    ['wifi-got-ip'],
    { ip: '192.168.1.40' },
  ],
  ['E (9000) mqtt_client: Connection refused, bad username or password', ['mqtt-refused-login'], {}],
  ['W (9000) mqtt_client: Connection refused, not authorized', ['mqtt-refused-rights'], {}],
  ['E (9000) mqtt_client: Error transport connect', ['mqtt-unreachable'], {}],
] as const)('the chip and ESP-IDF: %s', (text, expected, data) => {
  const line = only(text);
  expect(line?.events.map(({ id }) => id)).toEqual(expected);
  for (const [name, value] of Object.entries(data)) expect(line?.events[0]?.data[name]).toBe(value);
});

/** A start of the published firmware, as its sources print it, with everything going wrong that can. */
const datayotiLog = `
=== Démarrage du système de capteurs ESP32 ===
Site identifié: Chambre froide (ID: SITE_001)
Aucun site configuré pour cette MAC, utilisation du site par défaut
Capteur DHT initialisé
Connexion au WiFi...
.....
Échec de la connexion WiFi
=== Erreur d'initialisation - Pas de connexion WiFi ===
WiFi connecté!
Adresse IP: 192.168.1.40
Adresse MAC: 1C:69:20:E9:18:24
❌ Signal WiFi trop faible (-88 dBm) - Connexion MQTT reportée
🚨 Signal WiFi critique (-90 dBm) - Arrêt temporaire des tentatives MQTT
✅ Signal WiFi amélioré (-70 dBm) - Reprise des tentatives MQTT
Signal faible - Intervalle de reconnexion doublé
Tentative de connexion MQTT (Signal: -61 dBm)...
❌ Échec de connexion MQTT: MQTT_CONNECT_BAD_CREDENTIALS - Identifiants incorrects
(Tentative 1/3, Signal: -61 dBm)
❌ Échec de connexion MQTT: MQTT_CONNECT_UNAUTHORIZED - Non autorisé
❌ Échec de connexion MQTT: MQTT_CONNECT_FAILED - Échec de connexion réseau
❌ Échec de connexion MQTT: MQTT_CONNECT_BAD_CLIENT_ID - ID client rejeté
❌ Échec de connexion MQTT: Code d'erreur inconnu: 9
✅ MQTT connecté avec succès
Initialisation NTP...
Synchronisation NTP...
✅ NTP synchronisé - Heure: 2025-11-03T14:30:25.000Z
❌ Échec de synchronisation NTP
⚠️  Utilisation de l'horloge locale (peut dériver)
=== Système initialisé avec succès (Horodatage UTC) ===
Prochaine mesure dans 1 minutes
=== STATUT SYSTÈME ===
Uptime: 61 secondes (0.02 heures)
Heap libre: 234567 bytes (71.2% de 329440 bytes)
WiFi RSSI: -61 dBm (Moyen)
MQTT État: Connecté (code: 0)
NTP Synchronisé: Non (dernière sync: 12 sec ago)
⚠️  ALERTE: Fragmentation élevée de la heap!
⚠️  ALERTE: Mémoire libre faible!
⚠️  ALERTE: Signal WiFi très faible!
⚠️  ALERTE: NTP non synchronisé - Horodatage peut être incorrect!
=== DÉBUT LECTURE CAPTEUR ===
Erreur de lecture du capteur DHT!
Température: -3.50°C, Humidité: 65.30%
Données JSON: {"device_id":"1C:69:20:E9:18:24"}
✅ Données envoyées avec succès via MQTT sur: datayoti/sensor/1C:69:20:E9:18:24/data
❌ Échec de l'envoi MQTT - Vérification de la connexion...
Connexion MQTT perdue pendant l'envoi
📡 Mesure reportée - Signal WiFi trop faible (-87 dBm)
Connexion WiFi perdue, tentative de reconnexion...
=== FIN LECTURE CAPTEUR ===
`.trim();

test('the published firmware is understood line by line', () => {
  const lines = interpret(datayotiLog.replaceAll('\n', '\r\n'));
  expect(ids(lines)).toEqual([
    'sensor-starting',
    'site-known',
    'site-default',
    'dht-ready',
    'wifi-connecting',
    'wifi-failed',
    'sensor-start-failed',
    'wifi-connected',
    'wifi-got-ip',
    'mac-address',
    'signal-too-weak',
    'signal-critical',
    'signal-recovered',
    'mqtt-slower',
    'mqtt-connecting',
    'mqtt-refused-login',
    'mqtt-attempt',
    'mqtt-refused-rights',
    'mqtt-unreachable',
    'mqtt-failed',
    'mqtt-failed',
    'mqtt-connected',
    'clock-synchronising',
    'clock-synchronising',
    'clock-set',
    'clock-not-set',
    'clock-drifts',
    'sensor-ready',
    'next-reading',
    'uptime',
    'heap',
    'signal',
    'mqtt-state',
    'clock-state',
    'heap-fragmented',
    'heap-low',
    'signal-alert',
    'clock-not-set',
    'dht-silent',
    'reading',
    'sent',
    'not-sent',
    'mqtt-lost',
    'signal-too-weak',
    'wifi-reconnecting',
  ]);
  const data = (id: string) => lines.flatMap(({ events }) => events).find((event) => event.id === id)?.data;
  expect(data('reading')).toEqual({ temperature: -3.5, humidity: 65.3 });
  expect(data('site-known')).toEqual({ site: 'Chambre froide', siteRef: 'SITE_001' });
  expect(data('signal-critical')).toEqual({ rssi: -90 });
  expect(data('mac-address')).toEqual({ mac: '1C:69:20:E9:18:24' });
  expect(data('mqtt-state')).toEqual({ connected: true, code: 0 });
});

test('restarting again and again is told, with its cause, and not when it was long ago', () => {
  const reset = 'rst:0xc (SW_CPU_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n';
  const panic = "Guru Meditation Error: Core  0 panic'ed (LoadProhibited).\r\n";
  expect(ids(interpret((panic + reset).repeat(3)))).toContain('panic-loop');
  expect(ids(interpret((panic + reset).repeat(2)))).not.toContain('panic-loop');
  expect(ids(interpret(`Brownout detector was triggered\r\n${reset}`.repeat(3)))).toContain('brown-out-loop');
  expect(ids(interpret(reset.repeat(3)))).toContain('reset-loop');
  const slow = new LogInterpreter();
  const seen = [0, 100_000, 200_000].flatMap((at) => slow.push(Buffer.from(reset), at));
  expect(ids(seen)).not.toContain('reset-loop');
});

test('a line at the wrong speed is told once; one spoiled line is not', () => {
  const garbage = Buffer.concat([Buffer.from('80f8e0ff81fe80c0e0f8', 'hex'), Buffer.from('\n')]);
  const wrong = interpret(Buffer.concat(Array.from({ length: 9 }, () => garbage)));
  expect(ids(wrong).filter((id) => id === 'unreadable')).toHaveLength(1);
  expect(ids(interpret(Buffer.concat([garbage, Buffer.from('I (1) a: b\n'), garbage])))).toEqual([]);
});
