import { Failure } from '../bootstrap/failure.mjs';
import { isPortFree } from '../servers/free-port.ts';

/** Refuses a public port that somebody else uses, and says which variable changes it. */
export async function requireFreePort(port: number, variable: string, use: string): Promise<void> {
  if (await isPortFree(port)) return;
  const flag = `--${variable.toLowerCase().replace('_', '-')}`;
  throw new Failure(
    `Port ${port} (${use}) is taken by another program, or closed to this user.`,
    `Stop that program or choose another port: ${variable}=${port + 1} npm start (or npm start -- ${flag} ${port + 1}).`,
  );
}
