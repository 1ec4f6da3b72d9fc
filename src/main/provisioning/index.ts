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
