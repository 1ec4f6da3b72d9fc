export { createLineOpener, type LineOpenerParts } from './lines/line-opener.ts';
export type { LineOpener, LineSignals, SerialLine, UsbIdentity } from './serial-line.ts';
