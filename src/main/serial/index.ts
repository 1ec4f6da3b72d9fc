export { createLineOpener, type LineOpenerParts } from './lines/line-opener.ts';
export { deviceHolder } from './ports/device-holder.ts';
export { PortDirectory, type PortChange, type PortDirectoryParts } from './ports/port-directory.ts';
export { systemPortLister, type ListedPort, type PortLister } from './ports/port-lister.ts';
export type { LineOpener, LineSignals, SerialLine, UsbIdentity } from './serial-line.ts';
export { LogInterpreter, type InterpretedLine } from './monitor/log-interpreter.ts';
export type { Evidence, Phase, SystemFacts } from './doctor/evidence.ts';
export { diagnose } from './doctor/serial-doctor.ts';
export { deviceGroup, readSystemFacts } from './doctor/system-facts.ts';
