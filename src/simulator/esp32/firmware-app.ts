import { join } from './air.ts';
import type { AppDescription } from './app-image.ts';
import type { ChipConsole, FirmwareChip } from './chip-console.ts';
import { ImprovServer, improvState, type ImprovState } from './improv.ts';
import { readNvsNamespace } from './nvs-reader.ts';
import type { Partition } from './partition-table.ts';
import { SensorLink } from './sensor-link.ts';
import { readSensorSettings, type SensorSettings } from './sensor-settings.ts';

const tag = 'datayoti';
const joinMs = 1_500;
const rejoinMs = 5_000;
const nothing: AppDescription = { version: '', project: '', compiled: '', idf: '', elfSha256: '' };

/**
 * The application that was found in the flash. DataYoti's reads its configuration from NVS and behaves as the
 * sensor; any other is taken for firmware that waits for its Wi-Fi by Improv.
 */
export class FirmwareApp {
  readonly #chip: FirmwareChip;
  readonly #console: ChipConsole;
  readonly #app: AppDescription;
  readonly #partitions: readonly Partition[];
  readonly #improv: ImprovServer | undefined;
  readonly #isSensor: boolean;
  #state: ImprovState = improvState.ready;
  #settings: SensorSettings | undefined;
  #link: SensorLink | undefined;
  #ip = '';

  constructor(
    chip: FirmwareChip,
    console: ChipConsole,
    app: AppDescription | null,
    partitions: readonly Partition[],
  ) {
    this.#chip = chip;
    this.#console = console;
    this.#app = app ?? nothing;
    this.#partitions = partitions;
    this.#isSensor = this.#app.project.startsWith(tag);
    if (this.#isSensor || chip.around.improv) this.#improv = this.#improvServer();
  }

  receive(bytes: Uint8Array): void {
    this.#improv?.push(bytes);
  }

  stop(): void {
    this.#link?.close();
  }

  async run(): Promise<void> {
    const { version, project, compiled, idf, elfSha256 } = this.#app;
    const cores = this.#chip.identity.model.name === 'esp32c3' ? 'Unicore' : 'Multicore';
    this.#log('I', `cpu_start: ${cores} app`, true);
    for (const [name, value] of [
      ['Project name', project],
      ['App version', version],
      ['Compile time', compiled],
      ['ELF file SHA256', `${elfSha256.slice(0, 9)}...`],
      ['ESP-IDF', idf],
    ]) {
      this.#log('I', `app_init: ${`${name}:`.padEnd(18)}${value}`, true);
    }
    if (!this.#isSensor) return this.#log('I', `main: ${project} ${version} is running`, true);
    this.#log('I', `DataYoti sensor ${version}, ${this.#chip.identity.mac}`);
    if (!this.#configure() || this.#settings === undefined) return;
    await this.#joinUntilDone(this.#settings);
  }

  #configure(): boolean {
    const nvs = this.#partitions.find(({ type, subtype }) => type === 1 && subtype === 2);
    if (nvs === undefined) {
      this.#log('E', 'no NVS partition');
      return false;
    }
    const values = readNvsNamespace(this.#chip.flash, nvs, 'datayoti');
    if (values === undefined) {
      this.#log('W', 'not configured: NVS namespace "datayoti" is empty');
      return false;
    }
    const reading = readSensorSettings(values);
    if (!reading.ok) {
      this.#log('E', `configuration incomplete: ${reading.keys.join(', ')}`);
      return false;
    }
    this.#settings = reading.settings;
    const { siteRef, name, intervalS } = reading.settings;
    this.#log('I', `site ${siteRef}${name === '' ? '' : `, "${name}"`}, every ${intervalS} s`);
    return true;
  }

  /** Tries for ever, as a sensor on a wall must; says each time why it did not work. */
  async #joinUntilDone({ wifiSsid, wifiPassword }: SensorSettings): Promise<void> {
    while (!(await this.#join(wifiSsid, wifiPassword))) {
      if (!(await this.#console.wait(rejoinMs))) return;
    }
  }

  async #join(ssid: string, password: string): Promise<boolean> {
    this.#log('I', `Wi-Fi connecting to "${ssid}"`);
    if (!(await this.#console.wait(joinMs))) return false;
    const outcome = join(this.#chip.around.air, ssid, password);
    if (!outcome.joined) {
      const why = {
        'no-such-network': 'no such network (reason 201)',
        'wrong-password': 'wrong password (reason 15)',
        'no-address': 'joined, but no address from DHCP',
      }[outcome.why];
      this.#log('W', `Wi-Fi "${ssid}": ${why}`);
      return false;
    }
    this.#log('I', `Wi-Fi connected, RSSI ${outcome.rssi} dBm`);
    this.#log('I', `esp_netif_handlers: sta ip: ${outcome.ip}, mask: 255.255.255.0, gw: 192.168.4.1`, true);
    this.#ip = outcome.ip;
    this.#state = improvState.provisioned;
    this.#improv?.tellState();
    if (this.#settings !== undefined) this.#connect(this.#settings, outcome.rssi);
    return true;
  }

  #connect(settings: SensorSettings, rssi: number): void {
    this.#link?.close();
    this.#link = new SensorLink(this.#chip, this.#console, settings, {
      rssi,
      ip: this.#ip,
      version: this.#app.version,
    });
    this.#link.start();
  }

  #improvServer(): ImprovServer {
    const { identity, around } = this.#chip;
    const names: Readonly<Record<string, string>> = {
      esp32: 'ESP32',
      esp32s3: 'ESP32-S3',
      esp32c3: 'ESP32-C3',
    };
    const suffix = identity.mac.slice(-5).replace(':', '').toLowerCase();
    return new ImprovServer(
      {
        firmware: this.#app.project,
        version: this.#app.version,
        chip: names[identity.model.name] ?? identity.model.name,
        hostname: `${this.#isSensor ? tag : 'device'}-${suffix}`,
        deviceName: this.#isSensor ? `DataYoti ${suffix}` : this.#app.project,
        state: () => this.#state,
        url: () => (this.#ip === '' || this.#isSensor ? '' : `http://${this.#ip}`),
        networks: () =>
          around.air.networks
            .filter((network) => network.hidden !== true)
            .map(({ ssid, rssi, password }) => ({ ssid, rssi, secured: password !== '' })),
        connect: (ssid, password) => this.#joinOnce(ssid, password),
      },
      (bytes) => this.#chip.send(bytes),
    );
  }

  async #joinOnce(ssid: string, password: string): Promise<boolean> {
    this.#state = improvState.provisioning;
    const joined = await this.#join(ssid, password);
    if (!joined) this.#state = improvState.ready;
    return joined;
  }

  /** @param tagged whether the text brings its own tag */
  #log(level: 'I' | 'W' | 'E', text: string, tagged = false): void {
    const colon = text.indexOf(': ');
    if (tagged) this.#console.log(level, text.slice(0, colon), text.slice(colon + 2));
    else this.#console.log(level, tag, text);
  }
}
