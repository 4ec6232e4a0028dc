import { runStages } from './run-stages.ts';

// npm test [-- JEST ARGUMENTS]: everything, on real servers; faults in their short form stand among the integration tests.
// One stage after the other: the journeys have the whole system running, and want the processors for themselves.
await runStages(
  [
    { title: 'Unit and integration tests', projects: ['unit', 'integration'], args: [] },
    { title: 'Journeys in a real browser', projects: ['journeys'], args: ['--runInBand'] },
  ],
  process.argv.slice(2),
);
