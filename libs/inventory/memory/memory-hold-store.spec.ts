import { describeHoldStore } from '../contract/describe-hold-store.ts';
import { describeProperties } from '../contract/describe-properties.ts';
import { startMemory } from '../contract/start-engines.ts';

describeHoldStore('memory', startMemory);
describeProperties('memory', startMemory, { inOrder: 300, atOnce: 150 });
