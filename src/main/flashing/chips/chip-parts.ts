import type { BitField, GpioController, SpiController, SuperWatchdog, WatchdogTimer } from './chip.ts';

/** Layouts that several families share. */

export const spiOf = (base: number): SpiController => ({
  base,
  user: 0x18,
  user1: 0x1c,
  user2: 0x20,
  mosiLength: 0x24,
  misoLength: 0x28,
  data: 0x58,
});

export const watchdogOf = (config0: number, protect: number): WatchdogTimer => ({
  config0,
  config1: config0 + 4,
  protect,
  key: 0x50d83aa1,
});

/** Super watchdog of the families before the low-power watchdog unit. */
export const rtcSuperWatchdog = (config: number): SuperWatchdog => ({
  config,
  autoFeed: 0x80000000,
  protect: config + 4,
  key: 0x8f1d312a,
});

export const lowPowerSuperWatchdog = (config: number): SuperWatchdog => ({
  config,
  autoFeed: 1 << 18,
  protect: config + 4,
  key: 0x50d83aa1,
});

export const bits = (register: number, shift: number, count: number): BitField => ({
  register,
  shift,
  bits: count,
});

/** GPIO of all families but the ESP32 itself; the pad registers follow each other. */
export const gpioOf = (
  base: number,
  padBase: number,
  plainOutput: number,
  ledPins: readonly number[],
): GpioController => ({
  base,
  functionSelect: 0x554,
  plainOutput,
  pad: (pin) => padBase + 4 + 4 * pin,
  padFunction: 1,
  ledPins,
});

/** eFuse block 1, with the MAC address in its first two words. */
export const macAt = (block1: number): readonly [number, number] => [block1, block1 + 4];
