import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8')) as { version: string };

/** The always-on ingestor with all that it needs in one file: its image installs no packages. */
export default defineConfig({
  define: { DATAYOTI_VERSION: JSON.stringify(version) },
  ssr: { noExternal: true, external: ['pg-native'] },
  build: {
    ssr: at('src/main/hosts/ingestor/main.ts'),
    outDir: at('out/ingestor'),
    target: 'node20',
    emptyOutDir: true,
    rollupOptions: { output: { entryFileNames: 'ingestor.mjs', codeSplitting: false } },
  },
});
