import { announceSystem, startSystem, type System } from './system.ts';

declare global {
  var systemOfTheJourneys: System | undefined;
}

/** Before all journeys: one system for all of them, each with shops and shows of its own. */
export default async function startForJourneys(): Promise<void> {
  const system = await startSystem();
  globalThis.systemOfTheJourneys = system;
  announceSystem(system);
}
