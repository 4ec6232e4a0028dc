import { describeProperties } from '../contract/describe-properties.ts';
import { startRedisEngine } from '../contract/start-engines.ts';

describeProperties('redis', () => startRedisEngine(), { inOrder: 100, atOnce: 60 });
