export { FirmwareLibrary, type AdmittedFirmware, type StoredFirmware } from './firmware-library.ts';
export { admitToBoard, inspectFirmware, type BoardFacts, type FirmwareFacts } from './gatekeeper.ts';
