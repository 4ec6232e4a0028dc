import type { Demo } from './demo.ts';
import type { StartPlan } from './processes.ts';
import type { StartOptions } from './start-options.ts';

/** Prints where everything is, once all of it runs. */
export function printTable(
  plan: StartPlan,
  options: StartOptions,
  demo: Demo | undefined,
  tookMs: number,
): void {
  process.stdout.write(`\n${renderTable(plan, demo)}\n`);
  process.stdout.write(
    `\nReady after ${(tookMs / 1000).toFixed(1)} s. Logs: ${options.dataDir}/logs. Ctrl-C stops everything and keeps the data.\n`,
  );
}

/** The table as text: one row per address, account and setting for OBS. */
export function renderTable(plan: StartPlan, demo: Demo | undefined): string {
  const url = plan.publicUrl;
  const rows: [string, string][] = [
    ['Live shows', `${url}/`],
    ...(demo ? ([['Demo show', `${url}/shows/${demo.showId}`]] as [string, string][]) : []),
    ['Studio', `${url}/studio`],
    ['Dashboard', `${url}/dashboard`],
    ['API', `${url}/api/docs/`],
    ['Admin', `admin@showfloor.localhost  ${plan.secret('accounts.admin-password')}`],
    ...(demo?.accounts ?? []).map(({ role, email, password }): [string, string] => [
      role.charAt(0).toUpperCase() + role.slice(1),
      `${email}  ${password}`,
    ]),
    ['OBS server', demo?.obs.server ?? `rtmp://${new URL(url).hostname}:${plan.rtmpPort}/live`],
    ['OBS stream key', demo?.obs.streamKey ?? 'make one in the studio'],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
  const rule = '─'.repeat(Math.max(...lines.map((line) => line.length)));
  return [rule, ...lines, rule].join('\n');
}
