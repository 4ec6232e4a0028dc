import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../bootstrap/failure.mjs';
import { answers } from '../servers/answers.ts';
import { guardWithWatchdog, withDeathSignal } from '../servers/death-signal.ts';

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** A process that lived this long is healthy: its next crash is a first one again. */
const SETTLED_MS = 60_000;
const STOP_DEADLINE_MS = 20_000;
const READY_POLL_MS = 100;
const LINES_KEPT = 20;
const LINE_SHOWN = 500;
/** EX_CONFIG of sysexits.h: the environment is wrong, and will be wrong the next time too. */
const EXIT_CONFIG = 78;

export interface Program {
  name: string;
  command: string;
  args: string[];
  env: Record<string, string | undefined>;
  cwd: string;
  /** Answers 2xx when the program may be given work; none for one that is ready when it runs. */
  readyUrl?: string;
  /** What a person may do when it cannot start. */
  remedy: string;
  onLine(line: string): void;
  /** Told of every unwanted end, with when it will be started again (null: not again). */
  onCrash(crash: { how: string; againInMs: number | null; lastLines: string[] }): void;
}

/** Keeps one program running until it is stopped: starts it again after every end, waiting longer each time. */
export class Supervised {
  readonly program: Program;
  readonly #lastLines: string[] = [];
  readonly #stop = new AbortController();
  #child: ChildProcess | undefined;
  #life: Promise<void> | undefined;
  #failure: string | undefined;
  #restarting = false;
  /** Cuts the pause before the next start short. */
  #again: AbortController | undefined;

  constructor(program: Program) {
    this.program = program;
  }

  start(): void {
    this.#life ??= this.#live();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves once the program says it is ready; throws with its last lines when it cannot run, or is not ready in time. */
  async ready(deadlineMs: number): Promise<void> {
    const until = Date.now() + deadlineMs;
    while (!(await this.#isReady())) {
      if (this.#failure) throw this.#refusal(`cannot start (${this.#failure})`);
      if (Date.now() > until) throw this.#refusal(`was not ready within ${deadlineMs / 1000} s`);
      await delay(READY_POLL_MS, undefined, { signal: this.#stop.signal });
    }
  }

  /** Ends it in order and starts it again at once, for a program that was rebuilt. */
  restart(): void {
    if (this.#stop.signal.aborted) return;
    this.#restarting = true;
    if (this.#failure) {
      this.#failure = undefined;
      this.#life = this.#live();
      return;
    }
    this.#again?.abort();
    this.#child?.kill('SIGTERM');
  }

  /** Asks it to end, waits, and ends what remains of it and its children after the deadline. */
  async stop(): Promise<void> {
    this.#stop.abort();
    const child = this.#child;
    if (child?.pid && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      const late = setTimeout(() => killGroup(child.pid), STOP_DEADLINE_MS);
      await once(child, 'exit');
      clearTimeout(late);
    }
    await this.#life;
  }

  #refusal(what: string): Failure {
    const lines = this.#lastLines.map((line) => `  ${line.slice(0, LINE_SHOWN)}`).join('\n');
    return new Failure(`${this.program.name} ${what}. Its last lines:\n${lines}`, this.program.remedy);
  }

  async #live(): Promise<void> {
    let wait = FIRST_DELAY_MS;
    while (!this.#stop.signal.aborted) {
      const started = Date.now();
      const how = await this.#runOnce();
      if (this.#stop.signal.aborted) return;
      if (this.#restarting) {
        this.#restarting = false;
        wait = FIRST_DELAY_MS;
        continue;
      }
      if (Date.now() - started > SETTLED_MS) wait = FIRST_DELAY_MS;
      const final = how === `code ${EXIT_CONFIG}`;
      this.program.onCrash({ how, againInMs: final ? null : wait, lastLines: [...this.#lastLines] });
      if (final) {
        this.#failure = how;
        return;
      }
      this.#again = new AbortController();
      const signal = AbortSignal.any([this.#stop.signal, this.#again.signal]);
      await delay(wait, undefined, { signal }).catch(() => undefined);
      this.#restarting = false;
      wait = Math.min(wait * 2, LONGEST_DELAY_MS);
    }
  }

  /** One life of the program; resolves with how it ended. */
  async #runOnce(): Promise<string> {
    const { command, args, env, cwd } = this.program;
    const guarded = withDeathSignal('SIGTERM', command, args);
    const child = spawn(guarded.command, guarded.args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // Ctrl-C in the terminal reaches only the starter, which stops all in order
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.#keep(line));
    }
    const disarm = child.pid && !guarded.guarded ? guardWithWatchdog(child.pid, 'SIGTERM') : undefined;
    try {
      const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
      return signal ?? `code ${code}`;
    } catch (error) {
      return (error as Error).message;
    } finally {
      disarm?.();
      killGroup(child.pid); // children that it left behind
    }
  }

  #keep(line: string): void {
    this.#lastLines.push(line);
    if (this.#lastLines.length > LINES_KEPT) this.#lastLines.shift();
    this.program.onLine(line);
  }

  async #isReady(): Promise<boolean> {
    if (!this.#child?.pid || this.#child.exitCode !== null) return false;
    if (!this.program.readyUrl) return true;
    return answers(this.program.readyUrl);
  }
}

function killGroup(pid: number | undefined): void {
  if (!pid) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The whole group has ended.
  }
}
