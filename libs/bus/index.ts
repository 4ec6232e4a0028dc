/** Typed events over NATS JetStream: outbox, inbox, publish, consume. */
export { connectBus, type Bus } from './bus.ts';
export { listen, startConsumer, startRepeatingConsumer, type Consumer } from './consume.ts';
export { followEvents, type FollowOptions } from './follow.ts';
export { openLeaseBucket, type ExpiringBucket } from './lease-bucket.ts';
export { makeEvent } from './make-event.ts';
export { addToOutbox, busTables, lockKey, startOutboxRelay, type OutboxRelay } from './outbox.ts';
export { openWorkQueue, type TakenJob, type WorkQueue, type WorkQueueOptions } from './work-queue.ts';
export { inTransaction, queryOf, type Query } from './query.ts';
