import { readEnv } from '#process';
import { ingestEnv } from './ingest.env.ts';
import { start } from './start.ts';

await start(readEnv(ingestEnv));
