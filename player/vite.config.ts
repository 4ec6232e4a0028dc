import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';
import { pageBudget } from './page-budget.ts';

const contracts = resolve(import.meta.dirname, '../libs/contracts');

/** What a viewer on a phone loads before the picture starts; hls.js comes on top and in parallel. */
const WATCH_BUDGET_BYTES = 180 * 1024;

/** The edge that answers `/api`, `/hls`, `/live` and `/media` while `vite` serves the pages with reload. */
const edge = process.env['EDGE_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), pageBudget('index.html', { 'watch/watch.tsx': WATCH_BUDGET_BYTES })],
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    manifest: 'manifest.json',
    assetsInlineLimit: 0, // a data: address would need a hole in the content security policy
    rolldownOptions: {
      treeshake: {
        // Contracts are declarations: one that no page calls has no effect and must not be shipped.
        moduleSideEffects: (id) => !id.startsWith(contracts),
      },
    },
  },
  server: {
    proxy: {
      '/api': edge,
      '/hls': edge,
      '/media': edge,
      '/live': { target: edge, ws: true },
    },
  },
});
