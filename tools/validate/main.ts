import { validateStream } from '../../libs/testing/validator/validate-stream.ts';
import type { ValidationReport } from '../../libs/testing/validator/report.ts';

const USUAL_SECONDS = 20;

const [url, seconds = String(USUAL_SECONDS)] = process.argv.slice(2);
if (url === undefined || !URL.canParse(url) || !(Number(seconds) > 0)) {
  process.stderr.write(
    `Plays a show and reports every rule of low-latency HLS that it breaks.\n\n` +
      `  npm run validate -- <address of index.m3u8> [seconds, ${USUAL_SECONDS} by default]\n\n` +
      `The last line of the output is the whole report as JSON; the exit code is 1 when a rule was broken.\n`,
  );
  process.exit(2);
}

const report = await validateStream(url, Number(seconds));
process.stdout.write(`${describe(report)}\n${JSON.stringify(report)}\n`);
process.exitCode = report.breaches.length > 0 ? 1 : 0;

function describe({ breaches, figures }: ValidationReport): string {
  const { renditions, parts, segments, requests, partAgeMs, reloadMs } = figures;
  const lines = [
    `${renditions} renditions, ${segments} segments, ${parts} parts, ${requests} requests`,
    ...(partAgeMs
      ? [`age of a part when it is listed: p50 ${partAgeMs.p50} ms, p95 ${partAgeMs.p95} ms`]
      : []),
    ...(reloadMs ? [`blocking reload: p50 ${reloadMs.p50} ms, p95 ${reloadMs.p95} ms`] : []),
    breaches.length === 0 ? 'No rule was broken.' : `${breaches.length} rules were broken:`,
    ...breaches.map(
      ({ rule, where, detail, times }) =>
        `  ${rule}  ${where}: ${detail}${times > 1 ? ` (${times} times)` : ''}`,
    ),
  ];
  return lines.join('\n');
}
