import { createSpotlight } from '@mantine/spotlight';
import { flushSync } from 'react-dom';

const [store, { open }] = createSpotlight();
/** Whether it is open. */
export const paletteStore = store;
export const paletteFieldId = 'palette-field';

/**
 * Drawn at once and its field focused, in the very event that asks for it: the palette's own focus comes a moment
 * later, and what a quick person types until then would be lost, or taken for keys of the page.
 */
export function openPalette(): void {
  flushSync(open);
  document.getElementById(paletteFieldId)?.focus();
}
