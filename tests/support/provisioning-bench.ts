import { rmSync } from 'node:fs';
import type { App } from '../../src/main/app.ts';
import type { BatchBoard, BatchSettings } from '../../src/shared/contract/provisioning.ts';
import type { MacAddress } from '../../src/shared/domain/mac-address.ts';
import { NetworkPort } from '../../src/simulator/esp32/network-port.ts';
import { sampleFirmware } from '../../src/simulator/esp32/sample-firmware.ts';
import { VirtualBoard, type VirtualBoardOptions } from '../../src/simulator/esp32/virtual-board.ts';
import { freePorts, openApplication, readyDataFolder } from './embedded-application.ts';
import { until } from './until.ts';

const signal = new AbortController().signal;
export const wifi = { ssid: 'HCS-Sensors', password: 'correct horse 1' };
const boardsEndWithinMs = 50_000;

/** A running application with one site and one firmware, and boards to plug in behind sockets. */
export class ProvisioningBench {
  readonly app: App;
  readonly firmwareId: string;
  readonly #mqttPort: number;
  readonly #boards: (() => Promise<unknown>)[] = [];
  readonly #cleanUps: (() => Promise<unknown> | void)[] = [];

  private constructor(app: App, firmwareId: string, mqttPort: number) {
    this.app = app;
    this.firmwareId = firmwareId;
    this.#mqttPort = mqttPort;
  }

  /** @param change of the settings; `environment` chooses images and name of a Docker stack */
  static async open(
    change: object = {},
    environment: Readonly<Record<string, string>> = {},
  ): Promise<ProvisioningBench> {
    const ports = await freePorts();
    const { folder, data } = await readyDataFolder({ ...ports, firstRunDone: true, ...change });
    const app = await openApplication(data, environment);
    await app.handlers.stack.start({}, signal);
    await app.handlers.devices.createSite({ ref: 'HCS', name: 'Harbour', description: '' }, signal);
    const parts = sampleFirmware({ chip: 'esp32', project: 'datayoti-sensor', version: '1.0.0' });
    const { id } = await app.handlers.firmware.importParts(
      {
        name: 'Sensor',
        version: '1.0.0',
        parts: parts.map(({ name, offset, data: bytes }) => ({
          fileName: name,
          offset,
          file: new Blob([new Uint8Array(bytes)]),
        })),
      },
      signal,
    );
    const bench = new ProvisioningBench(app, id, ports.mqttPort);
    bench.#cleanUps.push(
      () => rmSync(folder, { recursive: true, force: true }),
      () => app.close(),
    );
    return bench;
  }

  /** Every board is gone, as if its cable was pulled. */
  async unplugAll(): Promise<void> {
    for (const unplug of this.#boards.splice(0)) await unplug();
  }

  async close(): Promise<void> {
    await this.unplugAll();
    for (const cleanUp of this.#cleanUps.splice(0).reverse()) await cleanUp();
  }

  /** A blank board behind a serial server of its own, with one Wi-Fi in its air. */
  async plug(
    mac: string,
    options: Partial<VirtualBoardOptions> = {},
  ): Promise<{ readonly board: VirtualBoard; readonly address: string }> {
    const board = new VirtualBoard({
      chip: 'esp32',
      mac: mac as MacAddress,
      around: { air: { networks: [{ ...wifi, rssi: -58 }], acceptsAny: false, timeServer: true } },
      ...options,
    });
    const port = await NetworkPort.listen(board, 'rfc2217');
    this.#boards.push(async () => {
      await port.close();
      await board.close();
    });
    return { board, address: port.url };
  }

  settings(change: Partial<BatchSettings> = {}): BatchSettings {
    return {
      firmwareId: this.firmwareId,
      wifiSsid: wifi.ssid,
      wifiPassword: wifi.password,
      mqttHost: '127.0.0.1',
      mqttPort: this.#mqttPort,
      mqttTls: false,
      intervalS: 60,
      dhtGpio: 17,
      dhtType: 22,
      ntpHost: 'pool.ntp.org',
      eraseAll: false,
      backupFirst: false,
      ...change,
    };
  }

  async state() {
    for await (const state of this.app.handlers.provisioning.watch({}, signal)) return state;
    throw new Error('no state');
  }

  async jobs() {
    return (await this.state()).jobs;
  }

  /** The jobs once none runs any more. */
  async ended() {
    await until(
      async () => (await this.jobs()).every(({ phase }) => phase !== 'running' && phase !== 'waiting'),
      { what: 'all boards are done', timeoutMs: boardsEndWithinMs },
    );
    return this.jobs();
  }

  async provision(boards: readonly BatchBoard[], change: Partial<BatchSettings> = {}) {
    const settings = this.settings(change);
    await this.app.handlers.provisioning.start({ boards: [...boards], settings, profileId: null }, signal);
    return this.ended();
  }
}

export function wish(address: string, name: string): BatchBoard {
  return {
    address,
    siteRef: 'HCS',
    name,
    position: 'Rack D',
    zoneId: null,
    temperatureOffset: 0,
    humidityOffset: 0,
    replaces: null,
  };
}
