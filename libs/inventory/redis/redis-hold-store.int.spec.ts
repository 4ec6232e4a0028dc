import { describeHoldStore } from '../contract/describe-hold-store.ts';
import { startRedisEngine } from '../contract/start-engines.ts';

describeHoldStore('redis', () => startRedisEngine());
