import { Redis } from 'ioredis';
import { EngineUnreachable } from '../engine-unreachable.ts';
import { decodeReply, encodeCall, type ArgsOf, type KeysOf, type ReplyOf, type Script } from './script.ts';

/** A command that takes longer than this is treated as lost; its caller may repeat it. */
const COMMAND_TIMEOUT_MS = 1_500;
const CONNECT_TIMEOUT_MS = 2_000;
const RECONNECT_MOST_MS = 500;

/** What the engine says about its connection; never about single commands. */
export interface EngineLog {
  warn(details: object, message: string): void;
  info(details: object, message: string): void;
}

/**
 * Connects for the hold engine. Commands are neither queued while Redis is away nor sent again after a reconnect: a
 * reserve that comes to life a minute late, perhaps on a server with older memory, is worse than an error now.
 */
export function connectInventoryRedis(url: string, log: EngineLog): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    enableAutoPipelining: true,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: (times) => Math.min(times * 50, RECONNECT_MOST_MS),
  });
  let away = false;
  redis.on('error', (err: Error) => {
    if (!away) log.warn({ err }, 'Redis is out of reach for the hold engine');
    away = true;
  });
  redis.on('ready', () => {
    if (away) log.info({}, 'Redis is back for the hold engine');
    away = false;
  });
  return redis;
}

type Runner = (...args: (string | number)[]) => Promise<unknown>;

/** Runs the engine's commands on one connection. */
export class ScriptRunner {
  readonly redis: Redis;
  private readonly runners = new Map<string, Runner>();

  /** `change` lets tests run other text than the generated one, to show what a guard is for. */
  constructor(redis: Redis, scripts: readonly Script[], change: (script: Script) => string = (s) => s.lua) {
    this.redis = redis;
    for (const script of scripts) {
      const name = `inventory_${script.name}`;
      redis.defineCommand(name, { numberOfKeys: script.keys.length, lua: change(script) });
      const command = (redis as unknown as Record<string, Runner>)[name];
      if (command) this.runners.set(script.name, command.bind(redis));
    }
  }

  async run<S extends Script>(script: S, keys: KeysOf<S>, args: ArgsOf<S>): Promise<ReplyOf<S>> {
    const runner = this.runners.get(script.name);
    if (!runner) throw new Error(`inventory script ${script.name} is not defined on this connection`);
    const call = encodeCall(script, keys, args);
    return decodeReply(script, await reached(() => runner(...call), script.name));
  }
}

/** Replies of a server that is there but cannot serve now: loading, a replica, stuck, or full. */
const NOT_NOW = /^(LOADING|READONLY|BUSY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|OOM|MISCONF|NOREPLICAS)/;

/** Runs `call`; anything but an answer, or an error of the command itself, is `EngineUnreachable`. */
export async function reached<T>(call: () => Promise<T>, what: string): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'ReplyError' && !NOT_NOW.test(message)) throw error;
    throw new EngineUnreachable(`Redis did not answer ${what}`, { cause: error });
  }
}
