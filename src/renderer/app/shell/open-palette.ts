import { spotlight } from '@mantine/spotlight';
import { flushSync } from 'react-dom';

export const paletteFieldId = 'palette-field';

/**
 * Drawn at once and its field focused, in the very event that asks for it: the palette's own focus comes a moment
 * later, and what a quick person types until then would be lost, or taken for keys of the page.
 */
export function openPalette(): void {
  flushSync(() => spotlight.open());
  document.getElementById(paletteFieldId)?.focus();
}
