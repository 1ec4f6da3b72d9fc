/** Milliseconds; from esptool's `loader.py` where it has them. Tests shorten them. */
export interface Timings {
  readonly command: number;
  readonly sync: number;
  readonly memEnd: number;
  readonly greeting: number;
  readonly chipErase: number;
  readonly erasePerMebibyte: number;
  readonly md5PerMebibyte: number;
  /** The whole of a reset sequence is scaled by this. */
  readonly resetScale: number;
  readonly connectAttempts: number;
  /** For the first sign of life after a reset into the program. */
  readonly bootBanner: number;
  /** Without a second banner for so long, the program is taken to run. */
  readonly bootSettle: number;
}

export const realTimings: Timings = {
  command: 3_000,
  sync: 100,
  memEnd: 200,
  greeting: 3_000,
  chipErase: 120_000,
  erasePerMebibyte: 40_000,
  md5PerMebibyte: 8_000,
  resetScale: 1,
  connectAttempts: 7,
  bootBanner: 3_000,
  bootSettle: 300,
};

const mebibyte = 1024 * 1024;

/** Never below the one for an ordinary command, never above 240 s. */
export function timeoutFor(timings: Timings, perMebibyte: number, bytes: number): number {
  return Math.min(240_000, Math.max(timings.command, (perMebibyte * bytes) / mebibyte));
}
