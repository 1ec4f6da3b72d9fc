import { fileURLToPath } from 'node:url';
import { silentLog } from '../../src/main/foundation/log.ts';

/** What the application migrates with. */
export const migrationOptions = {
  folder: fileURLToPath(new URL('../../sql/', import.meta.url)),
  appVersion: '0.1.0',
  log: silentLog,
};
