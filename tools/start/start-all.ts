import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../bootstrap/failure.mjs';
import { buildAll } from '../build/build.ts';
import { freePort } from '../servers/free-port.ts';
import { lockDataFolder } from './data-lock.ts';
import { startDemo } from './demo.ts';
import type { Demo } from './demo.ts';
import { openLogs } from './logs.ts';
import type { Logs } from './logs.ts';
import { PROCESSES, compileCache } from './processes.ts';
import type { ProcessPlan, StartPlan } from './processes.ts';
import { requireFreePort } from './require-free-port.ts';
import { startProcesses } from './run-processes.ts';
import type { RunningProcesses } from './run-processes.ts';
import { createSchemas } from './schemas.ts';
import { openSecrets } from './secrets.ts';
import type { Secrets } from './secrets.ts';
import { startServers } from './servers.ts';
import type { StartOptions } from './start-options.ts';
import { printTable } from './table.ts';

type Environment = Record<string, string | undefined>;

/** What else goes on while all runs (development: watching the sources). Answers what ends it. */
export type Companion = (running: {
  plan: StartPlan;
  processes: RunningProcesses;
  logs: Logs;
}) => Promise<() => void | Promise<void>>;

/** Starts everything, prints the table, and returns after `ending` once all has been stopped in order. */
export async function startAll(
  root: string,
  options: StartOptions,
  given: Environment,
  ending: AbortSignal,
  companion?: Companion,
): Promise<void> {
  const started = performance.now();
  requirePlainPath(root);
  requirePlainPath(options.dataDir);
  await requireFreePort(options.edgePort, 'EDGE_PORT', 'web pages and API');
  await requireFreePort(options.rtmpPort, 'RTMP_PORT', 'publishers');
  const unlock = lockDataFolder(options.dataDir);
  const logs = openLogs(options.dataDir, options.verbose);
  const undo: (() => void | Promise<void>)[] = [unlock, () => logs.close()];
  try {
    const { plan, demo, processes } = await bringUp(root, options, given, logs, undo, ending);
    if (companion) undo.push(await companion({ plan, processes, logs }));
    printTable(plan, options, demo, performance.now() - started);
    await aborted(ending);
  } finally {
    if (ending.aborted) logs.say('Stopping ...');
    for (const step of undo.toReversed()) await step();
  }
  process.stdout.write(`Stopped. The data is kept in ${options.dataDir}.\n`);
}

/** nginx reads its configuration as words and quotes, and takes no path that would need either. */
function requirePlainPath(path: string): void {
  if (/^[^\s;{}"'$\\]+$/.test(path)) return;
  throw new Failure(
    `nginx cannot serve from "${path}": there is a space, quote, $, ;, { or } in it.`,
    'Move the repository, or choose another data folder: npm start -- --data FOLDER',
  );
}

async function bringUp(
  root: string,
  options: StartOptions,
  given: Environment,
  logs: Logs,
  undo: (() => void | Promise<void>)[],
  ending: AbortSignal,
): Promise<{ plan: StartPlan; demo: Demo | undefined; processes: RunningProcesses }> {
  const secrets = openSecrets(options.dataDir);
  logs.say('Building what changed, starting PostgreSQL, Redis and NATS ...');
  const [built, servers] = await Promise.all([
    buildAll(root),
    startServers(options.dataDir, secrets, given, logs).then((running) => {
      undo.push(() => running.stop());
      return running;
    }),
  ]);
  if (built.server > 0) rmSync(compileCache(options.dataDir), { recursive: true, force: true });
  if (built.server || built.pages)
    logs.say(`Built ${built.server} server files${built.pages ? ' and the pages' : ''}.`);
  ending.throwIfAborted();
  const wanted = PROCESSES.filter((process) => process.isWanted?.(given) ?? true);
  const plan = await makePlan(options, given, secrets, servers, wanted);
  logs.say(`Starting ${wanted.map((process) => process.name).join(', ')} ...`);
  const processes = startProcesses(root, wanted, plan, logs);
  undo.push(() => processes.stop());
  await untilAborted(processes.ready(), ending);
  if (!options.demo) return { plan, demo: undefined, processes };
  logs.say('Making the demo shop and putting its show on air ...');
  const demo = await untilAborted(startDemo(plan, logs), ending);
  undo.push(() => demo.stop());
  return { plan, demo, processes };
}

async function makePlan(
  options: StartOptions,
  given: Environment,
  secrets: Secrets,
  servers: { databaseUrl: string; redisUrl: string; natsUrl: string },
  wanted: ProcessPlan[],
): Promise<StartPlan> {
  const schemas = wanted.flatMap((process) => process.schema ?? []);
  const ports: Record<string, number> = {};
  for (const { name } of wanted) ports[name] = await freePort();
  return {
    dataDir: options.dataDir,
    edgePort: options.edgePort,
    rtmpPort: options.rtmpPort,
    publicUrl: given['PUBLIC_URL'] || `http://localhost:${options.edgePort}`,
    redisUrl: servers.redisUrl,
    natsUrl: servers.natsUrl,
    databases: await createSchemas(servers.databaseUrl, schemas, (schema) =>
      secrets.get(`postgres.${schema}`),
    ),
    ports,
    secret: (name) => secrets.get(name),
    given,
  };
}

async function untilAborted<T>(work: Promise<T>, ending: AbortSignal): Promise<T> {
  return Promise.race([
    work,
    aborted(ending).then(() => {
      throw ending.reason as Error;
    }),
  ]);
}

async function aborted(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await delay(2 ** 30, undefined, { signal }).catch(() => undefined);
}
