export { answers } from './answers.ts';
export { findProgram } from './find-program.mjs';
export { freePort, isPortFree } from './free-port.ts';
export { startNats } from './nats.ts';
export { startNginx } from './nginx.ts';
export { startPostgres } from './postgres.ts';
export type { PostgresServer } from './postgres.ts';
export {
  commandOf,
  descendants,
  isRunning,
  machineProcesses,
  treeSeconds,
  type MachineProcess,
} from './process-tree.ts';
export { startRedis } from './redis.ts';
export type { RunningServer } from './server-process.ts';
export { createDatabase, sharedPostgres } from './shared-postgres.ts';
