import { VirtualSensor, type SensorCommand } from '../virtual-sensor.ts';
import type { ChipConsole, FirmwareChip } from './chip-console.ts';
import type { SensorSettings } from './sensor-settings.ts';

const tag = 'datayoti';
const blinkMs = 250;

export interface NetworkFacts {
  /** dBm. */
  readonly rssi: number;
  readonly ip: string;
  readonly version: string;
}

/** The sensor on its network: time, broker, readings, and the commands that it obeys. */
export class SensorLink {
  readonly #chip: FirmwareChip;
  readonly #console: ChipConsole;
  readonly #settings: SensorSettings;
  readonly #sensor: VirtualSensor;
  /** Wall clock minus uptime, ms; a board without a time server begins in 1970. */
  #epochOffsetMs: number;

  constructor(chip: FirmwareChip, console: ChipConsole, settings: SensorSettings, facts: NetworkFacts) {
    this.#chip = chip;
    this.#console = console;
    this.#settings = settings;
    const startedMs = Date.now();
    this.#epochOffsetMs = chip.around.air.timeServer ? 0 : -startedMs;
    const { mqttHost, mqttPort, mqttTls, mqttCa } = settings;
    const element = settings.dhtType === 11 ? 'DHT11' : 'DHT22';
    const host = chip.around.hosts(mqttHost);
    this.#sensor = new VirtualSensor({
      mac: chip.identity.mac,
      siteRef: settings.siteRef,
      url: `${mqttTls ? 'mqtts' : 'mqtt'}://${host}:${mqttPort}`,
      ...(mqttCa === null ? {} : { ca: mqttCa }),
      username: settings.mqttUser,
      password: settings.mqttPassword,
      room: chip.around.room,
      intervalMs: (settings.intervalS * 1_000) / chip.around.timeScale,
      rssi: facts.rssi,
      heartbeatEvery: 1,
      facts: { fw: facts.version, chip: chip.identity.model.name, ip: facts.ip },
      element,
      offsets: { temperature: settings.temperatureOffset, humidity: settings.humidityOffset },
      now: () => Date.now() + this.#epochOffsetMs,
      answers: () => chip.sensorAnswers(),
      clockIsSet: () => this.#epochOffsetMs > -startedMs / 2,
      retry: true,
      tell: {
        connected: () => this.#log('I', 'MQTT connected'),
        failed: (reason) => this.#log('E', `MQTT ${reason}`),
        measured: ({ temperature, humidity }) =>
          this.#log('I', `published ${temperature.toFixed(1)} C, ${humidity.toFixed(1)} %`),
        silent: () => this.#console.log('E', element.toLowerCase(), 'no response pulse'),
        command: (command) => void this.#obey(command),
        time: (epochMs) => this.#setClock(epochMs),
      },
    });
  }

  start(): void {
    const { mqttHost, mqttPort, mqttUser } = this.#settings;
    this.#log('I', this.#epochOffsetMs === 0 ? 'time set by NTP' : 'no time server, clock starts in 1970');
    this.#log('I', `MQTT connecting to ${mqttHost}:${mqttPort} as ${mqttUser}`);
    void this.#sensor.start();
  }

  /** As a power cut does: the broker finds out by itself and publishes the last will. */
  close(): void {
    void this.#sensor.cut();
  }

  #setClock(epochMs: number): void {
    if (this.#epochOffsetMs === 0) return;
    this.#epochOffsetMs = epochMs - Date.now();
    this.#log('I', 'time set by datayoti/time');
  }

  async #obey(command: SensorCommand): Promise<void> {
    this.#log('I', `command ${command.cmd}`);
    if (command.cmd === 'restart') return this.#chip.restart('software');
    if (command.cmd !== 'blink') return;
    const turns = Math.ceil((command.seconds * 1_000) / blinkMs);
    for (let i = 0; i < turns; i++) {
      this.#chip.setLed(i % 2 === 0);
      if (!(await this.#console.wait(blinkMs))) break;
    }
    this.#chip.setLed(false);
  }

  #log(level: 'I' | 'E', text: string): void {
    this.#console.log(level, tag, text);
  }
}
