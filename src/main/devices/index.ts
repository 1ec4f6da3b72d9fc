export { Devices, type DemoSite } from './devices.ts';
export type { SettledMessage } from './device-board.ts';
export { replayAdopted } from './quarantine-replay.ts';
