/** What every process has, with or without Nest. */
export {
  commonEnv,
  databaseEnv,
  EnvError,
  envSwitch,
  natsEnv,
  parseEnv,
  readEnv,
  redisEnv,
  storageEnv,
} from './env.ts';
export { currentContext, withContext, type WorkContext } from './context.ts';
export { createLogger, type Logger } from './logger.ts';
export { systemClock, type Clock } from './clock.ts';
export { newId } from './ids.ts';
export { boundedCache, type BoundedCache } from './bounded-cache.ts';
export { createDrain, drainOnSignals, type Drain } from './drain.ts';
export { collectProcessMetrics, counter, gauge, histogram, metrics } from './metrics.ts';
export { createReadiness, within, type Readiness } from './readiness.ts';
export {
  acquireLease,
  leaseHolder,
  type Lease,
  type LeaseBucket,
  type LeaseLoss,
  type LeaseOptions,
} from './leases/lease.ts';
export { repeat } from './repeat.ts';
