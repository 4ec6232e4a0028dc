import { describeHoldStore } from '../contract/describe-hold-store.ts';
import { startPostgresEngine } from '../contract/start-engines.ts';

describeHoldStore('postgres', startPostgresEngine);
