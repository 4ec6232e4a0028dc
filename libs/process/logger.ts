import { pino, type Logger as PinoLogger } from 'pino';
import { currentContext } from './context.ts';

/** Structured log of a process. Info never fires more than about once a second under normal use. */
export type Logger = PinoLogger;

/** Members whose values never reach a log, wherever they stand in an object two levels deep. */
const SECRET_MEMBERS = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'token',
  'accessToken',
  'refreshToken',
  'secret',
  'streamKey',
  'clientSecret',
  'x-csrf-token',
];

const REDACTED_PATHS = SECRET_MEMBERS.flatMap((name) => {
  const member = `["${name}"]`;
  return [member, `*${member}`, `*.*${member}`];
});

export interface LoggerOptions {
  process: string;
  level: string;
  /** Where lines go; standard output when left out. Tests give an array's push. */
  write?: (line: string) => void;
}

/** JSON lines with `process`, the work's ids, and errors with their causes. */
export function createLogger(options: LoggerOptions): Logger {
  const settings = {
    level: options.level,
    base: { process: options.process },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: () => ({ ...currentContext() }),
    redact: { paths: REDACTED_PATHS, censor: '[secret]' },
  };
  return options.write ? pino(settings, { write: options.write }) : pino(settings);
}
