/** Every shape that crosses a process. Zod only; runs in servers and browsers. */
export * from './values.ts';
export * from './identity.ts';
export * from './endpoint.ts';
export * from './call-endpoint.ts';
export * from './problem.ts';
export * from './errors/define.ts';
export * from './errors/catalogue.ts';
export * from './events/define.ts';
export * from './socket/show-log.ts';
export * from './socket/commands.ts';
export * from './socket/live.ts';
export * from './events/accounts.ts';
export * from './events/catalog.ts';
export * from './http/accounts.ts';
export * from './http/catalog.ts';
