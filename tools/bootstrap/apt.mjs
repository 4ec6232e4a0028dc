import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findProgram } from '../servers/find-program.mjs';
import { Failure, diskFull } from './failure.mjs';

const OUTPUT_KEPT = 20_000;
const MARK = '# Written by Showfloor while it installs packages; it removes this file itself.';
const POLICY = '/usr/sbin/policy-rc.d';
const POLICY_KEPT = '/usr/sbin/policy-rc.d.before-showfloor';
const UNITS = '/etc/systemd/system';
const CLUSTER_FOLDER = '/etc/postgresql-common/createcluster.d';
const CLUSTER_RULE = join(CLUSTER_FOLDER, 'showfloor.conf');

/**
 * Installs Debian packages as root without side effects: no service is started or enabled, no PostgreSQL cluster is made, and
 * the files that see to this are gone afterwards. What was installed or enabled before stays as it is.
 */
export async function installWithApt(apt, packages) {
  process.stderr.write(`Installing ${packages.join(', ')} with apt (no service will be started) ...\n`);
  const before = enabledServices();
  forbidServices();
  const stop = () => undefined; // apt gets the signal too and ends; cleaning up is ours
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    await run(apt, ['update', '-qq']);
    await run(apt, ['install', '-y', '-qq', '--no-install-recommends', ...packages]);
  } finally {
    allowServices();
    disableNew(before);
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

async function run(apt, args) {
  const child = spawn(apt, ['-o', 'DPkg::Lock::Timeout=120', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => (output = (output + chunk).slice(-OUTPUT_KEPT)));
  }
  const code = await new Promise((resolve) => {
    child.once('error', () => resolve(1));
    child.once('close', resolve);
  });
  if (code === 0) return;
  if (/No space left|not have enough free space/i.test(output)) throw diskFull('/var');
  const cause = /Could not resolve|Could not connect|Failed to fetch|Temporary failure/i.test(output)
    ? 'apt could not reach its package servers.'
    : `apt-get ${args[0]} failed:\n${output.trim().split('\n').slice(-15).join('\n')}`;
  throw new Failure(
    cause,
    `Correct that, or install by hand with "apt-get ${args.join(' ')}", then run the command again.`,
  );
}

/** invoke-rc.d asks this script before every start (101: forbidden); postgresql-common reads the rule before it makes "main". */
function forbidServices() {
  if (existsSync(POLICY) && !readFileSync(POLICY, 'utf8').includes(MARK)) renameSync(POLICY, POLICY_KEPT);
  writeFileSync(POLICY, `#!/bin/sh\n${MARK}\nexit 101\n`, { mode: 0o755 });
  mkdirSync(CLUSTER_FOLDER, { recursive: true });
  writeFileSync(CLUSTER_RULE, `${MARK}\ncreate_main_cluster = false\n`);
}

function allowServices() {
  rmSync(POLICY, { force: true });
  if (existsSync(POLICY_KEPT)) renameSync(POLICY_KEPT, POLICY);
  rmSync(CLUSTER_RULE, { force: true });
}

/** What starts with the system: systemd's links, and names among those of the older init. */
function enabledServices() {
  const units = folders(UNITS)
    .filter((name) => name.endsWith('.wants'))
    .flatMap((folder) => folders(join(UNITS, folder)).map((unit) => join(UNITS, folder, unit)));
  const scripts = folders('/etc')
    .filter((name) => /^rc[2-5]\.d$/.test(name))
    .flatMap((name) => folders(join('/etc', name)))
    .filter((name) => /^S\d\d/.test(name))
    .map((name) => name.slice(3));
  return { units: new Set(units), scripts: new Set(scripts) };
}

function disableNew(before) {
  const after = enabledServices();
  const helper = findProgram('deb-systemd-helper');
  const updater = findProgram('update-rc.d');
  for (const link of after.units) {
    if (before.units.has(link)) continue;
    if (helper) spawnSync(helper, ['disable', basename(link)], { stdio: 'ignore' });
    rmSync(link, { force: true }); // some packages link their unit without the helper
  }
  for (const script of after.scripts) {
    if (updater && !before.scripts.has(script)) spawnSync(updater, [script, 'disable'], { stdio: 'ignore' });
  }
}

function folders(path) {
  return existsSync(path) ? readdirSync(path) : [];
}
