import { readImage, type FirmwareImage, type ImageProblem } from './app-image.ts';
import { ChipConsole, type FirmwareChip } from './chip-console.ts';
import { FirmwareApp } from './firmware-app.ts';
import { bootOrder, readPartitionTable, type Partition } from './partition-table.ts';
import type { Program } from './program.ts';

/** After so long without a program the ROM's watchdog starts the chip anew. */
const watchdogMs = 1_000;
const headerTries = 6;

/**
 * A boot from flash: the ROM loads the second-stage boot loader, that one reads the partition table and loads
 * the application; each complains in its own words and ends in a reset where something is wrong.
 */
export class FlashBoot implements Program {
  readonly #chip: FirmwareChip;
  readonly #console: ChipConsole;
  #app: FirmwareApp | undefined;

  constructor(chip: FirmwareChip) {
    this.#chip = chip;
    this.#console = new ChipConsole(chip);
  }

  start(): void {
    void this.#boot();
  }

  receive(bytes: Uint8Array): void {
    this.#app?.receive(bytes);
  }

  stop(): void {
    this.#console.stop();
    this.#app?.stop();
  }

  async #boot(): Promise<void> {
    const { flash, identity } = this.#chip;
    const { model } = identity;
    const loader = readImage(flash, model.bootloaderOffset, 0x8000 - model.bootloaderOffset);
    if (!loader.ok) return this.#romFailure(loader.problem);
    for (const text of model.words.beforeLoad) this.#console.line(text);
    for (const { address, length } of loader.image.segments)
      this.#console.line(`load:0x${address.toString(16)},len:${romLength(model.name, length)}`);
    this.#console.line(`entry 0x${loader.image.entry.toString(16)}`);
    if (!(await this.#console.wait(30))) return;
    await this.#secondStage(loader.image);
  }

  /** The ROM repeats the same complaint until the watchdog bites, then all begins again. */
  async #romFailure(problem: ImageProblem): Promise<void> {
    for (let i = 0; i < headerTries; i++) {
      this.#console.line(romComplaint(problem));
      if (!(await this.#console.wait(watchdogMs / headerTries))) return;
    }
    this.#chip.restart('watchdog');
  }

  async #secondStage(loader: FirmwareImage): Promise<void> {
    const { flash, identity } = this.#chip;
    const { model } = identity;
    const revision = `v${Math.floor(model.revision / 100)}.${model.revision % 100}`;
    this.#log('I', 'boot', 'ESP-IDF 2nd stage bootloader');
    this.#log('I', 'boot', `chip revision: ${revision}`);
    this.#log('I', `boot.${model.name}`, `SPI Flash Size : ${loader.flashSizeMb}MB`);
    const table = readPartitionTable(flash);
    if (!table.ok) {
      this.#log('E', 'flash_parts', table.complaint);
      this.#log('E', 'boot', 'Failed to verify partition table');
      return this.#failed();
    }
    this.#log('I', 'boot', 'Partition Table:');
    this.#log('I', 'boot', '## Label            Usage          Type ST Offset   Length');
    for (const [index, partition] of table.partitions.entries())
      this.#log('I', 'boot', tableRow(index, partition));
    this.#log('I', 'boot', 'End of partition table');
    const found = this.#firstBootable(bootOrder(flash, table.partitions));
    if (found === undefined) {
      this.#log('E', 'boot', 'No bootable app partitions in the partition table');
      return this.#failed();
    }
    for (const [index, segment] of found.image.segments.entries()) {
      const place = `paddr=${hex8(segment.offset)} vaddr=${hex8(segment.address)}`;
      this.#log(
        'I',
        'esp_image',
        `segment ${index}: ${place} size=${hex5(segment.length)}h (${segment.length})`,
      );
    }
    this.#log('I', 'boot', `Loaded app from partition at offset 0x${found.partition.offset.toString(16)}`);
    if (!(await this.#console.wait(200))) return;
    this.#app = new FirmwareApp(this.#chip, this.#console, found.image.app, table.partitions);
    await this.#app.run();
  }

  #firstBootable(
    order: readonly Partition[],
  ): { readonly partition: Partition; readonly image: FirmwareImage } | undefined {
    const { flash, identity } = this.#chip;
    for (const partition of order) {
      const reading = readImage(flash, partition.offset, partition.size);
      const at = `0x${partition.offset.toString(16)}`;
      if (!reading.ok) this.#log('E', 'esp_image', imageComplaint(reading.problem, at));
      else if (reading.image.chipId !== identity.model.chipId) {
        const [wanted, has] = [identity.model.chipId, reading.image.chipId];
        this.#log('E', 'boot_comm', `mismatch chip ID, expected ${wanted}, found ${has}`);
      } else if (reading.image.minRevision > identity.model.revision) {
        const { minRevision } = reading.image;
        const needs = `v${Math.floor(minRevision / 100)}.${minRevision % 100}`;
        this.#log('E', 'boot_comm', `Image requires chip rev >= ${needs}`);
      } else return { partition, image: reading.image };
    }
    return undefined;
  }

  async #failed(): Promise<void> {
    if (await this.#console.wait(watchdogMs)) this.#chip.restart('software');
  }

  #log(level: 'I' | 'E', tag: string, text: string): void {
    this.#console.log(level, tag, text);
  }
}

function romComplaint(problem: ImageProblem): string {
  if (problem.kind === 'magic') return `invalid header: 0x${hex8(problem.word)}`;
  if (problem.kind === 'segments') return 'ets_loader.c 78';
  if (problem.kind === 'hash') return 'SHA-256 comparison failed';
  return `csum err:0x${problem.calculated.toString(16)}!=0x${problem.stored.toString(16)}`;
}

function imageComplaint(problem: ImageProblem, at: string): string {
  if (problem.kind === 'magic') return `image at ${at} has invalid magic byte (nothing flashed here?)`;
  if (problem.kind === 'segments') return `Image at ${at} has a segment beyond the end of its partition`;
  if (problem.kind === 'hash') return 'Image hash failed - image is corrupt';
  const { calculated, stored } = problem;
  return `Checksum failed. Calculated 0x${calculated.toString(16)} read 0x${stored.toString(16)}`;
}

/** The ESP32's ROM prints lengths in decimal, its successors in hexadecimal. */
function romLength(chip: string, length: number): string {
  return chip === 'esp32' ? String(length) : `0x${length.toString(16)}`;
}

function tableRow(index: number, { label, type, subtype, offset, size }: Partition): string {
  const kind = type.toString(16).padStart(2, '0');
  const sub = subtype.toString(16).padStart(2, '0');
  const name = label.padEnd(16);
  return `${String(index).padStart(2)} ${name} ${usage(type, subtype).padEnd(16)} ${kind} ${sub} ${hex8(offset)} ${hex8(size)}`;
}

function usage(type: number, subtype: number): string {
  if (type === 0) return subtype === 0 ? 'factory app' : 'OTA app';
  if (type !== 1) return 'Unknown';
  const names: Readonly<Record<number, string>> = { 0: 'OTA data', 1: 'RF data', 2: 'WiFi data' };
  return names[subtype] ?? 'Unknown data';
}

function hex8(value: number): string {
  return value.toString(16).padStart(8, '0');
}

function hex5(value: number): string {
  return value.toString(16).padStart(5, '0');
}
