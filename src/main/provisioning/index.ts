export { configurationOn, configurationWriter, differenceFor } from './configuration-writer.ts';
export {
  configurationDifference,
  configurationEntries,
  configurationHash,
  configurationImage,
  configurationNamespace,
  parseDeviceConfiguration,
  secretSign,
  storedConfiguration,
  withoutSecrets,
  type ConfigurationChange,
  type StoredConfiguration,
} from './device-configuration.ts';
export { assertReadableNvs, parseNvs, type NvsContents, type NvsEntry } from './nvs/index.ts';
export { ProfileStore } from './profiles/profile-store.ts';
export { Provisioning, type PortSource, type ProvisioningParts } from './provisioning.ts';
export { heardNetworks } from './wifi/heard-networks.ts';
export type {
  Arrival,
  Arrivals,
  BoardLogLine,
  BoardSign,
  BrokerAccounts,
  DeviceRegister,
  RecordKeeper,
  WorkBoard,
  WorkBoards,
} from './workflow/ports.ts';
