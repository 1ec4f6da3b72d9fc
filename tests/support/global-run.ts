import { openRunFolder } from './ready-data.ts';

/** What all tests of a run share. */
export default function setUp(): () => void {
  return openRunFolder();
}
