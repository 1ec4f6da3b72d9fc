export type { ComposeFile, ComposeService } from './compose-schema.ts';
export {
  containerBody,
  containerName,
  labels,
  networkBody,
  scopedName,
  secretsFolder,
  serviceOf,
  volumeBody,
  type ComposeProject,
} from './container-body.ts';
export { readComposeFile, startOrder } from './read-compose-file.ts';
