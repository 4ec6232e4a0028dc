import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Logs } from './logs.ts';
import { shiftFiles } from './log-file.ts';
import { environmentOf } from './processes.ts';
import type { ProcessPlan, StartPlan } from './processes.ts';
import { Supervised } from './supervise.ts';

/** A cold first start of all on a small machine that is busy with other things. */
const READY_DEADLINE_MS = 120_000;
const EDGE_LOG_CHECK_MS = 60_000;
const EDGE_LOG_MAX_BYTES = 20 * 2 ** 20;

export interface RunningProcesses {
  /** Resolves when every process says it is ready. */
  ready(): Promise<void>;
  /** Has those of these names end and start again, after they were rebuilt. */
  restart(isMeant: (name: string) => boolean): void;
  /** Stops them stage by stage, each draining. */
  stop(): Promise<void>;
}

/** Starts the processes and keeps them running. */
export function startProcesses(
  root: string,
  wanted: ProcessPlan[],
  plan: StartPlan,
  logs: Logs,
): RunningProcesses {
  const running = wanted.map((process) => ({ process, program: supervise(root, process, plan, logs) }));
  for (const { program } of running) program.start();
  const edge = running.find(({ process }) => process.name === 'edge')?.program;
  const rotation = setInterval(() => rotateEdgeLogs(plan, edge?.pid), EDGE_LOG_CHECK_MS);
  return {
    async ready() {
      await Promise.all(running.map(({ program }) => program.ready(READY_DEADLINE_MS)));
    },
    restart(isMeant) {
      for (const { process, program } of running) if (isMeant(process.name)) program.restart();
    },
    async stop() {
      clearInterval(rotation);
      for (const stage of [4, 3, 2, 1]) {
        const group = running.filter(({ process }) => process.stopStage === stage);
        await Promise.all(group.map(({ program }) => program.stop()));
      }
    },
  };
}

function supervise(root: string, plan: ProcessPlan, start: StartPlan, logs: Logs): Supervised {
  return new Supervised({
    name: plan.name,
    command: process.execPath,
    args: ['--enable-source-maps', join(root, 'dist', plan.main)],
    env: environmentOf(plan, start),
    cwd: root,
    readyUrl: `http://127.0.0.1:${start.ports[plan.name]}/readyz`,
    remedy: `All its lines: ${logs.fileOf(plan.name)}. Every variable it reads: docs/env.md.`,
    onLine: (line) => logs.line(plan.name, line),
    onCrash: ({ how, againInMs, lastLines }) => {
      const next = againInMs === null ? 'it stays down' : `starting it again in ${againInMs / 1000} s`;
      const last = lastLines.at(-1)?.slice(0, 300) ?? '';
      logs.say(`${plan.name} ended (${how}): ${next}. ${last}\n  All its lines: ${logs.fileOf(plan.name)}`);
    },
  });
}

/** nginx writes its own files; it opens new ones on SIGUSR1. */
function rotateEdgeLogs(plan: StartPlan, pid: number | undefined): void {
  const files = ['access.log', 'error.log'].map((name) => join(plan.dataDir, 'edge', name));
  const large = files.filter(
    (file) => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > EDGE_LOG_MAX_BYTES,
  );
  if (large.length === 0 || !pid) return;
  large.forEach(shiftFiles);
  process.kill(pid, 'SIGUSR1');
}
