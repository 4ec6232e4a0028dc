import { freePort } from '#servers';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Variables through which the journeys of one run find the system that was started for them. */
const SITE_URL = 'SHOWFLOOR_TEST_SITE_URL';
const DATA_DIR = 'SHOWFLOOR_TEST_DATA_DIR';
const RTMP_PORT = 'SHOWFLOOR_TEST_RTMP_PORT';

/** Long enough to type an address and a card in a busy browser, short enough for a test to wait for its end. */
const HOLD_TTL_MS = 45_000;

/** A cold start on two busy cores, with migrations of every schema. */
const START_DEADLINE_MS = 120_000;
const OUTPUT_CHARS = 40_000;

/** The whole of Showfloor, as `npm start` runs it, with data of its own. */
export interface System {
  siteUrl: string;
  rtmpPort: number;
  dataDir: string;
  /** What the starter printed, newest last. */
  output(): string;
  stop(): Promise<void>;
}

/** Starts everything on free ports and resolves when the table of addresses is printed. */
export async function startSystem(
  options: { demo?: boolean; dataDir?: string; env?: Record<string, string> } = {},
): Promise<System> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'showfloor-system-'));
  const [edgePort, rtmpPort] = [await freePort(), await freePort()];
  const args = ['--conditions=source', 'tools/start/main.ts', '--data', dataDir];
  args.push('--edge-port', String(edgePort), '--rtmp-port', String(rtmpPort));
  if (!options.demo) args.push('--no-demo');
  const starter = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...cleanEnvironment(), ...options.env },
  });
  let output = '';
  for (const stream of [starter.stdout, starter.stderr]) {
    stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-OUTPUT_CHARS)));
  }
  const siteUrl = `http://localhost:${edgePort}`;
  await untilPrinted(
    starter,
    () => output.includes(siteUrl),
    () => output,
  );
  return {
    siteUrl,
    rtmpPort,
    dataDir,
    output: () => output,
    async stop() {
      if (starter.exitCode === null && starter.signalCode === null) {
        const ended = once(starter, 'exit');
        starter.kill('SIGTERM');
        await ended;
      }
      if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Tells the journeys of this run where the system is. */
export function announceSystem(system: System): void {
  process.env[SITE_URL] = system.siteUrl;
  process.env[DATA_DIR] = system.dataDir;
  process.env[RTMP_PORT] = String(system.rtmpPort);
}

/** The system that was started for this run. */
export function theSystem(): { siteUrl: string; dataDir: string; rtmpUrl: string } {
  const siteUrl = process.env[SITE_URL];
  if (!siteUrl) throw new Error('journeys run through `npm test`, which starts the system for them');
  return {
    siteUrl,
    dataDir: process.env[DATA_DIR] ?? '',
    rtmpUrl: `rtmp://127.0.0.1:${process.env[RTMP_PORT]}/live`,
  };
}

/** The environment without the settings by which a person points `npm start` at servers of their own; holds end soon. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const own = /^(NODE_ENV|DATABASE_URL|REDIS_URL|NATS_URL|PUBLIC_URL|EDGE_PORT|RTMP_PORT|STRIPE_.*|S3_.*)$/;
  const kept = Object.entries(process.env).filter(([name]) => !own.test(name));
  return { ...Object.fromEntries(kept), HOLD_TTL_MS: String(HOLD_TTL_MS) };
}

async function untilPrinted(starter: ChildProcess, done: () => boolean, output: () => string): Promise<void> {
  const deadline = Date.now() + START_DEADLINE_MS;
  while (!done()) {
    if (starter.exitCode !== null) throw new Error(`the system did not start:\n${output()}`);
    if (Date.now() > deadline) {
      starter.kill('SIGTERM');
      throw new Error(`the system was not ready in time:\n${output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
