import { buildApiDocs } from './build-api-docs.ts';
import { buildPages } from './build-pages.ts';
import { compileServer } from './compile-server.ts';

export interface BuildResult {
  /** Server files compiled or removed. */
  server: number;
  pages: boolean;
}

/** Brings dist/ (server, API documentation) and player/dist up to date, doing only what changed since the last time. */
export async function buildAll(root: string): Promise<BuildResult> {
  buildApiDocs(root);
  const [server, pages] = await Promise.all([compileServer(root), buildPages(root)]);
  return { server: server.written.length + server.removed.length, pages };
}
