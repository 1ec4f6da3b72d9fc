import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Three bundles: the main side with one entry per host (each can be run by plain `node`, except the desktop
 * one), the preload script, and the renderer, which the desktop window and the web page share.
 */
export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      target: 'node20',
      lib: {
        formats: ['es'],
        entry: {
          desktop: at('src/main/hosts/desktop/main.ts'),
          web: at('src/main/hosts/web/main.ts'),
          cli: at('src/main/hosts/cli/main.ts'),
        },
      },
      rollupOptions: { output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' } },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      // A sandboxed preload script must be CommonJS.
      lib: { formats: ['cjs'], entry: { preload: at('src/preload/preload.ts') } },
      rollupOptions: { output: { entryFileNames: '[name].cjs' } },
    },
  },
  renderer: {
    root: at('src/renderer'),
    base: './',
    plugins: [react()],
    build: {
      outDir: at('out/renderer'),
      rollupOptions: { input: at('src/renderer/index.html') },
      // Fonts as data: URLs would need a looser content security policy.
      assetsInlineLimit: 0,
    },
  },
});
