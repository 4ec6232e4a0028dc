import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

interface Chunk {
  code: string;
  facade: string | null;
  imports: readonly string[];
}

/** Script that a first visit to a page loads: the entry, the page's own chunk, and what these import, after gzip. */
export function pageWeight(chunks: ReadonlyMap<string, Chunk>, modules: readonly string[]): number {
  const wanted = [...chunks]
    .filter(([, { facade }]) => modules.some((module) => facade?.endsWith(module)))
    .map(([name]) => name);
  const loaded = new Set<string>();
  const visit = (name: string) => {
    const chunk = chunks.get(name);
    if (!chunk || loaded.has(name)) return;
    loaded.add(name);
    chunk.imports.forEach(visit);
  };
  wanted.forEach(visit);
  return [...loaded].reduce((sum, name) => sum + gzipSync(chunks.get(name)?.code ?? '').length, 0);
}

/** Lets a build fail when a page outgrew its budget; `budgets` is bytes by the page's module. */
export function pageBudget(entry: string, budgets: Readonly<Record<string, number>>): Plugin {
  return {
    name: 'page-budget',
    apply: 'build',
    generateBundle(_, bundle) {
      const chunks = new Map<string, Chunk>();
      for (const [name, file] of Object.entries(bundle)) {
        if (file.type === 'chunk')
          chunks.set(name, { code: file.code, facade: file.facadeModuleId, imports: file.imports });
      }
      for (const [page, budget] of Object.entries(budgets)) {
        const weight = pageWeight(chunks, [entry, page]);
        const words = `${page}: ${(weight / 1024).toFixed(1)} KB of script (gzip), budget ${(budget / 1024).toFixed(0)} KB`;
        if (weight > budget) this.error(`${words}. Load what a first visit does not need with lazy().`);
        this.info(words);
      }
    },
  };
}
