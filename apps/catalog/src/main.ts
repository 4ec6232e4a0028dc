import { readEnv } from '#process';
import { catalogEnv } from './catalog.env.ts';
import { startCatalog } from './start-catalog.ts';

await startCatalog(readEnv(catalogEnv));
