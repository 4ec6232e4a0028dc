import { describeHoldStore } from '../contract/describe-hold-store.ts';
import { startMemory } from '../contract/start-engines.ts';

describeHoldStore('memory', startMemory);
