import { runStages } from './run-stages.ts';

// npm run test:faults [-- JEST ARGUMENTS]: parts killed, paused and lost at length, and the big counts.
await runStages([{ title: 'Faults', projects: ['faults'], args: ['--runInBand'] }], process.argv.slice(2));
