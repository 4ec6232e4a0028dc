import { freePort, isPortFree } from '../servers/free-port.ts';
import { runUntilSignal } from '../start/run-until-signal.ts';
import { Supervised } from '../start/supervise.ts';
import { restartOnChange } from './restart-on-change.ts';

const USUAL_PORT = 5173;

// npm run dev: everything that `npm start` runs, with pages that reload and processes that start again when their sources change.
const root = process.cwd();
const port = Number(process.env['VITE_PORT'] ?? '') || (await preferredPort());
const pages = `http://localhost:${port}`;
const env = { ...process.env, CHAT_ORIGINS: [process.env['CHAT_ORIGINS'], pages].filter(Boolean).join(',') };

await runUntilSignal(env, async ({ plan, processes, logs }) => {
  const vite = new Supervised({
    name: 'vite',
    command: process.execPath,
    args: [
      'node_modules/vite/bin/vite.js',
      'player',
      '--configLoader',
      'native',
      '--port',
      String(port),
      '--strictPort',
      '--clearScreen',
      'false',
    ],
    env: { ...env, EDGE_URL: `http://127.0.0.1:${plan.edgePort}` },
    cwd: root,
    readyUrl: `${pages}/`,
    remedy: `All its lines: ${logs.fileOf('vite')}.`,
    onLine: (line) => logs.line('vite', line),
    onCrash: ({ how }) =>
      logs.say(`vite ended (${how}): starting it again. Its lines: ${logs.fileOf('vite')}`),
  });
  vite.start();
  await vite.ready(60_000);
  const stopWatching = restartOnChange(root, processes, logs);
  logs.say(
    `\nPages that reload: ${pages}/   Processes start again when apps/, libs/, transcoder/ or infra/ change.`,
  );
  return async () => {
    stopWatching();
    await vite.stop();
  };
});

async function preferredPort(): Promise<number> {
  return (await isPortFree(USUAL_PORT)) ? USUAL_PORT : freePort();
}
