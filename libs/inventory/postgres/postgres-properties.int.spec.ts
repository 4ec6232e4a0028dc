import { describeProperties } from '../contract/describe-properties.ts';
import { startPostgresEngine } from '../contract/start-engines.ts';

describeProperties('postgres', startPostgresEngine, { inOrder: 25, atOnce: 20 });
