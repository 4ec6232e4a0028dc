/** The hold engine: one port, engines on Redis, PostgreSQL and memory. */
export type * from './hold-store.ts';
export { DUE_PER_CALL, ENDED_KEPT_MS } from './hold-store.ts';
export { EngineUnreachable } from './engine-unreachable.ts';
export { connectInventoryRedis } from './redis/client.ts';
export { RedisHoldStore } from './redis/redis-hold-store.ts';
export { MemoryHoldStore } from './memory/memory-hold-store.ts';
export { PostgresHoldStore } from './postgres/postgres-hold-store.ts';
export { postgresEngineTableNames, postgresEngineTables } from './postgres/tables.ts';
export { rememberSoldOut } from './remember-sold-out.ts';
