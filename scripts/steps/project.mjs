import { fileURLToPath } from 'node:url';

/** The folder of package.json. */
export const projectFolder = fileURLToPath(new URL('../../', import.meta.url));

export function inProject(path) {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
