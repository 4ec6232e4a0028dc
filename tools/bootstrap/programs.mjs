import { spawnSync } from 'node:child_process';
import { findProgram } from '../servers/find-program.mjs';
import { installWithApt } from './apt.mjs';
import { Failure } from './failure.mjs';

/** The native programs of `npm start`: oldest version that works, packages that bring them, and the variable that makes one needless. */
export const SERVERS = [
  { names: ['ffmpeg'], oldest: 5.1, ask: '-version', apt: 'ffmpeg', brew: 'ffmpeg' },
  { names: ['ffprobe'], oldest: 5.1, ask: '-version', apt: 'ffmpeg', brew: 'ffmpeg' },
  {
    names: ['redis-server'],
    oldest: 7,
    ask: '--version',
    apt: 'redis-server',
    brew: 'redis',
    instead: 'REDIS_URL',
  },
  {
    names: ['nats-server'],
    oldest: 2.9,
    ask: '--version',
    apt: 'nats-server',
    brew: 'nats-server',
    instead: 'NATS_URL',
  },
  {
    names: ['postgres'],
    oldest: 15,
    ask: '--version',
    apt: 'postgresql',
    brew: 'postgresql@17',
    instead: 'DATABASE_URL',
  },
  { names: ['nginx'], oldest: 1.22, ask: '-v', apt: 'nginx-light', brew: 'nginx' },
];

/** The browser of the journeys. */
export const CHROMIUM = {
  names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  apt: 'chromium',
  brew: '--cask chromium',
};

/** Finds the programs, installs missing ones with apt where this user may, and otherwise says exactly what to run. */
export async function installPrograms(programs, env = process.env) {
  const needed = programs.filter((program) => !(program.instead && env[program.instead]));
  const missing = needed.filter((program) => !locate(program));
  if (missing.length > 0) {
    const apt = process.getuid?.() === 0 && process.platform === 'linux' ? findProgram('apt-get') : undefined;
    if (!apt) throw missingPrograms(missing);
    await installWithApt(apt, unique(missing.map((program) => program.apt)));
    const still = missing.filter((program) => !locate(program));
    if (still.length > 0) throw missingPrograms(still);
  }
  needed.forEach(requireVersion);
}

function locate(program) {
  return program.names.map((name) => findProgram(name)).find(Boolean);
}

/** The failure for missing programs, with the command that installs them on this system. */
export function missingPrograms(missing, platform = process.platform) {
  const names = unique(missing.map((program) => program.names[0])).join(', ');
  const command =
    platform === 'darwin'
      ? `brew install ${unique(missing.map((program) => program.brew)).join(' ')}`
      : `sudo apt-get update && sudo apt-get install --no-install-recommends ${unique(missing.map((program) => program.apt)).join(' ')}`;
  return new Failure(
    `Not installed on this machine: ${names}.`,
    `Run this (on other systems: the packages of the same names), then run the command again:\n\n  ${command}\n`,
  );
}

function requireVersion(program) {
  if (!program.oldest) return;
  const path = locate(program);
  const asked = spawnSync(path, [program.ask], { encoding: 'utf8' });
  const found = /(\d+\.\d+)/.exec(`${asked.stdout}${asked.stderr}`)?.[1];
  if (!found || isAtLeast(found, String(program.oldest))) return;
  throw new Failure(
    `${path} is version ${found}; Showfloor needs ${program.oldest} or newer.`,
    `Install a newer ${program.names[0]}${program.instead ? `, or point ${program.instead} at a server of your own` : ''}, then run the command again.`,
  );
}

function isAtLeast(found, oldest) {
  const [a = 0, b = 0] = found.split('.').map(Number);
  const [c = 0, d = 0] = oldest.split('.').map(Number);
  return a > c || (a === c && b >= d);
}

function unique(items) {
  return [...new Set(items)];
}
