import type { Loader } from './loader.ts';

/** What a board does after a reset. */
export type BootOutcome =
  /** The second stage boot loader was started and the board has not restarted since. */
  | 'running'
  /** It waits for a download: BOOT is held, or the chip did not leave its boot loader. */
  | 'download-mode'
  /** The ROM finds no boot loader that it accepts. */
  | 'no-boot-loader'
  /** It starts and restarts. */
  | 'restarting'
  /** Nothing was heard; usual for boards whose ROM messages are off or that speak over their own USB. */
  | 'silent';

export interface BootReport {
  readonly outcome: BootOutcome;
  readonly log: string;
}

const banner = /rst:0x[0-9a-f]+/gi;
const download = /waiting for download|boot:0x[0-9a-f]+ \((?:DOWNLOAD|UART_DOWNLOAD|USB)/i;
const noBootLoader =
  /invalid header|flash read err|No bootable app|Failed to verify|image at 0x[0-9a-f]+ has invalid/i;
const started = /entry 0x[0-9a-f]{8}/i;

/** Outcome as far as the log tells it; null while it may still become another. */
export function readBootLog(log: string): Exclude<BootOutcome, 'silent'> | null {
  const starts = log.match(banner)?.length ?? 0;
  if (download.test(log)) return 'download-mode';
  if (noBootLoader.test(log)) return 'no-boot-loader';
  if (starts > 2) return 'restarting';
  return started.test(log) ? 'running' : null;
}

/**
 * Listens to the start of the board; the line must be at the speed of the ROM. `running` is said only after
 * the board has stayed up for a moment.
 *
 * @throws AppError `serial.disconnected`, `flash.cancelled`
 */
export async function watchBoot(loader: Loader): Promise<BootReport> {
  const { link, signal, timings } = loader;
  await link.waitForLog((log) => readBootLog(log) !== null, timings.bootBanner, signal);
  if (readBootLog(link.log) === 'running') {
    await link.waitForLog((log) => readBootLog(log) !== 'running', timings.bootSettle, signal);
  }
  return { outcome: readBootLog(link.log) ?? 'silent', log: link.log };
}
