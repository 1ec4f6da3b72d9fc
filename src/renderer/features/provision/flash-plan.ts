import type { FirmwareBundle } from '../../../shared/contract/firmware.ts';
import type { BatchBoard, BoardJob, ProvisioningStep } from '../../../shared/contract/provisioning.ts';
import type { Phase } from '../../../shared/contract/stack.ts';
import type { BoardRow } from './board-rows.ts';
import type { FormProblem, ProvisionForm } from './form-state.ts';

/** Why the flash button is off; `null` where it is on. Keys below `provision.block`. */
export type FlashBlock =
  | 'locked'
  | 'stack'
  | 'noBoards'
  | 'reading'
  | 'noneSelected'
  | `form.${FormProblem}`
  | 'wrongChip'
  | 'demoFirmware'
  | 'nameMissing'
  | 'nameTwice'
  | 'replacedTwice';

export interface FlashFacts {
  readonly rows: readonly BoardRow[];
  readonly selected: readonly BoardRow[];
  readonly boards: readonly BatchBoard[];
  readonly formProblem: FormProblem | null;
  readonly firmware: FirmwareBundle | undefined;
  readonly stack: Phase | undefined;
  readonly locked: boolean;
}

/** One reason at a time, in the order in which a person would settle them. */
export function flashBlock(facts: FlashFacts): FlashBlock | null {
  const { rows, selected, boards, formProblem, firmware } = facts;
  if (facts.locked) return 'locked';
  if (rows.length === 0) return 'noBoards';
  if (selected.length === 0) return rows.some((row) => row.kind === 'reading') ? 'reading' : 'noneSelected';
  if (facts.stack !== 'running') return 'stack';
  if (formProblem !== null) return `form.${formProblem}`;
  if (firmware !== undefined && selected.some((row) => !fits(row, firmware))) return 'wrongChip';
  // Made for the virtual board: no real chip could run it.
  if (firmware?.origin === 'demo' && selected.some((row) => row.port.kind !== 'virtual'))
    return 'demoFirmware';
  const names = boards.map((board) => board.name.trim());
  if (names.includes('')) return 'nameMissing';
  if (new Set(names).size < names.length) return 'nameTwice';
  const replaced = boards.flatMap((board) => (board.replaces === null ? [] : [board.replaces]));
  return new Set(replaced).size < replaced.length ? 'replacedTwice' : null;
}

/** `inside`: only virtual boards are meant, which live in this machine. */
export type Reach = 'reached' | 'inside' | 'not-listening' | 'no-network';

/** Can the boards reach the broker at `host`? Of another machine's broker nothing is known here. */
export function reachOf(
  host: string,
  own: readonly { readonly host: string; readonly listening: boolean }[],
  rows: readonly BoardRow[],
): Reach {
  const found = own.find((one) => one.host === host);
  const here = found !== undefined || /^(127\.|localhost$|::1$)/.test(host);
  if (!here || found?.listening === true) return 'reached';
  if (rows.length > 0 && rows.every((row) => row.port.kind === 'virtual')) return 'inside';
  return own.length === 0 ? 'no-network' : 'not-listening';
}

/** The library has a build for the chip on this port. */
export function fits(row: BoardRow, firmware: FirmwareBundle): boolean {
  return (
    row.look?.state !== 'known' ||
    firmware.builds.some(
      (build) =>
        row.look?.state === 'known' && build.chip.toLowerCase() === row.look.identity.chip.toLowerCase(),
    )
  );
}

/** Usual durations in seconds of the steps whose length does not depend on the amount of data. */
const usual: Readonly<Record<ProvisioningStep, number>> = {
  connect: 1,
  backup: 0,
  erase: 0,
  write: 0,
  configure: 1,
  boot: 2,
  wifi: 4,
  broker: 1,
  reading: 5,
};
/** Bytes per second: at 921 600 baud and half of the image compressed away; a read is not compressed. */
const writeRate = 120_000;
const readRate = 80_000;
/** A whole chip of 4 MB is erased in about so many seconds. */
const eraseSeconds = 12;

/** About how long the longest of the boards takes; they are written at the same time. */
export function estimateSeconds(
  form: Pick<ProvisionForm, 'firmwareId' | 'eraseAll' | 'backupFirst'>,
  firmware: FirmwareBundle | undefined,
  flashBytes: number,
): number {
  const bytes = form.firmwareId === null ? 0 : largestBuild(firmware);
  return (
    Object.values(usual).reduce((sum, seconds) => sum + seconds, 0) +
    bytes / writeRate +
    (form.eraseAll ? eraseSeconds : 0) +
    (form.backupFirst ? flashBytes / readRate : 0)
  );
}

export function largestBuild(firmware: FirmwareBundle | undefined): number {
  const sizes = (firmware?.builds ?? []).map((build) =>
    build.parts.reduce((sum, part) => sum + part.size, 0),
  );
  return Math.max(0, ...sizes);
}

export function usualSeconds(step: ProvisioningStep, firmware: FirmwareBundle | undefined): number {
  return step === 'write' ? Math.max(1, Math.round(largestBuild(firmware) / writeRate)) : usual[step];
}

/** About how long until no board works any more; `null` where none does. */
export function secondsLeft(jobs: readonly BoardJob[], firmware: FirmwareBundle | undefined): number | null {
  const working = jobs.filter((job) => job.phase === 'running' || job.phase === 'waiting');
  if (working.length === 0) return null;
  return Math.max(
    ...working.map((job) =>
      job.steps.reduce((sum, { step, state, progress }) => {
        if (state !== 'waiting' && state !== 'running') return sum;
        const left = state === 'running' ? (progress?.leftMs ?? null) : null;
        return sum + (left === null ? usualSeconds(step, firmware) : left / 1000);
      }, 0),
    ),
  );
}

/** `34 s`, `1 min 10 s`, `1 h 5 min`: short spans with the seconds that matter when one stands and waits. */
export function formatSpan(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
