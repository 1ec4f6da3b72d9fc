import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { ReportFonts } from './sheet.ts';

/**
 * The type face of the screens as TrueType: the subset writer of the PDF library cannot take the woff2 files that the
 * screens use.
 */
export async function loadReportFonts(): Promise<ReportFonts> {
  const [regular, bold] = await Promise.all([
    readFile(
      createRequire(import.meta.url).resolve(
        '@expo-google-fonts/atkinson-hyperlegible-next/400Regular/AtkinsonHyperlegibleNext_400Regular.ttf',
      ),
    ),
    readFile(
      createRequire(import.meta.url).resolve(
        '@expo-google-fonts/atkinson-hyperlegible-next/700Bold/AtkinsonHyperlegibleNext_700Bold.ttf',
      ),
    ),
  ]);
  return { regular, bold };
}
