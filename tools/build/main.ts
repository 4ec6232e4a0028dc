import { buildAll } from './build.ts';

const started = performance.now();
const { server, pages } = await buildAll(process.cwd());
const took = Math.round(performance.now() - started);
console.log(`Built in ${took} ms: ${server} server files, pages ${pages ? 'built' : 'unchanged'}.`);
