export { FirmwareLibrary, type AdmittedFirmware } from './firmware-library.ts';
export type { StoredFirmware } from './firmware-shelf.ts';
export { admitToBoard, inspectFirmware, type BoardFacts, type FirmwareFacts } from './gatekeeper.ts';
