import { runUntilSignal } from './run-until-signal.ts';

// npm start
await runUntilSignal(process.env);
