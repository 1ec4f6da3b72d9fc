export { accessFiles, assembleFiles, type StackCredentials, type StackSources } from './assemble-files.ts';
export { bringUp, existing, type BringUp } from './bring-up.ts';
export type { HashedAccount } from './broker-files.ts';
export { cutOffError, cutOffVolume, emptyCutOffVolume } from './cut-off-volume.ts';
export { differences, type Difference } from './drift.ts';
export { parseEnvFile, writeEnvFile } from './env-file.ts';
export { renewImages } from './ensure-images.ts';
export { exportFolder } from './export-folder.ts';
export {
  findPortConflicts,
  findPublishedStack,
  nameOf,
  publishedContainers,
  type PortConflict,
} from './preflight.ts';
export { filesOfService, type StackFile, type StackFiles } from './stack-files.ts';
export { previousImage } from './previous-image.ts';
export { generateSecret, secretNames, StackSecrets, type StackSecretValues } from './stack-secrets.ts';
export { removeContainers, removeWithData, stopProject } from './take-down.ts';
export { step, type LayerProgress, type UpProgress, type UpStep } from './up-progress.ts';
export { lastLogLines } from './wait-healthy.ts';
export { refuseOtherVersion } from './volume-version.ts';
