import { networkInterfaces } from 'node:os';
import type { DemoBoardKind } from '../../shared/contract/demo.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { MacAddress } from '../../shared/domain/mac-address.ts';
import { demoAir, type Air } from '../../simulator/esp32/air.ts';
import { sampleFirmware } from '../../simulator/esp32/sample-firmware.ts';
import { VirtualBoard } from '../../simulator/esp32/virtual-board.ts';
import type { FirmwareLibrary } from '../flashing/library/index.ts';
import type { LineOpener, PortDirectory } from '../serial/index.ts';
import { isAny } from '../stack/index.ts';

/** Told by its name, which stays with it on another machine: no real chip can run it. */
export const demoFirmwareName = 'DataYoti demo sensor';
const firmwareVersion = '1.0.0';
/** Locally administered, as no board has it from its factory; one for each time that a board is plugged in. */
const macOf = (index: number): MacAddress =>
  `02:DE:70:00:01:${(index % 256).toString(16).toUpperCase().padStart(2, '0')}` as MacAddress;

/** What another maker's firmware would be. */
const otherFirmware = { project: 'demo-lamp', version: '2.3.1' } as const;

/** Heard in a scan; every other network is joined as well, by whatever name a person gives. */
const air: Air = {
  ...demoAir,
  networks: [
    { ssid: 'Demo network', password: 'demo-password', rssi: -54 },
    { ssid: 'Demo guests', password: '', rssi: -71 },
  ],
};

const scheme = 'virtual://';

/** @throws AppError `firmware.demo-only` where firmware of the demo is meant for a real board */
export function keepDemoApart(firmwareName: string, address: string): void {
  if (firmwareName === demoFirmwareName && !address.startsWith(scheme))
    throw new AppError('firmware.demo-only', `${firmwareName} runs on a demo board only.`, { address });
}

/** The board without hardware that the demo plugs in: practised on exactly as on a real one. */
export class DemoBoard implements LineOpener {
  readonly #ports: PortDirectory;
  readonly #library: FirmwareLibrary;
  readonly #brokerAddress: () => string;
  readonly #boards = new Map<string, VirtualBoard>();
  #count = 0;

  /** @param brokerAddress where the broker listens at the moment */
  constructor(ports: PortDirectory, library: FirmwareLibrary, brokerAddress: () => string) {
    this.#ports = ports;
    this.#library = library;
    this.#brokerAddress = brokerAddress;
  }

  async plug(kind: DemoBoardKind): Promise<void> {
    await this.#library.importParts(
      sampleFirmware({ chip: 'esp32', project: 'datayoti-sensor', version: firmwareVersion }).map(
        ({ name, offset, data }) => ({ name, offset, bytes: new Uint8Array(data) }),
      ),
      { name: demoFirmwareName, version: firmwareVersion, nvsSchema: 1 },
    );
    const index = this.#count++;
    const address = `${scheme}demo-board-${index + 1}`;
    const board = new VirtualBoard({
      chip: 'esp32',
      mac: macOf(index),
      paced: true,
      // It lives inside this machine: under any of its addresses it reaches the broker, wherever that listens.
      around: { air, hosts: (name) => this.#within(name) },
      faults: kind === 'silent-sensor' ? [{ kind: 'silent-sensor' }] : [],
    });
    if (kind === 'other-firmware') {
      for (const { offset, data } of sampleFirmware({ chip: 'esp32', ...otherFirmware }))
        board.flash.program(offset, data);
      board.pressReset();
    }
    this.#boards.set(address, board);
    this.#ports.addVirtual(address, `Demo board ${index + 1}`, 'CP210x');
  }

  async unplugAll(): Promise<void> {
    for (const [address, board] of this.#boards) {
      this.#ports.remove(address);
      await board.close();
    }
    this.#boards.clear();
  }

  open(address: string): ReturnType<LineOpener['open']> {
    const board = this.#boards.get(address);
    if (board === undefined)
      return Promise.reject(new AppError('serial.port-not-found', `There is no ${address}.`, { address }));
    return Promise.resolve(board.connect(address));
  }

  close(): Promise<void> {
    return this.unplugAll();
  }

  #within(name: string): string {
    const own = Object.values(networkInterfaces()).some((list) =>
      list?.some(({ address }) => address === name),
    );
    if (!own) return name;
    const listening = this.#brokerAddress();
    return isAny(listening) ? '127.0.0.1' : listening;
  }
}
