import { readEnv } from '#process';
import { start } from './start.ts';
import { transcoderEnv } from './transcoder.env.ts';

await start(readEnv(transcoderEnv));
