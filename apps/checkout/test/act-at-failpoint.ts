import { failpoints, type FailpointName } from '../src/failpoints.ts';

/** A process that dies at a point of a protocol. */
export class Died extends Error {}

/** Dies the first time that `name` is reached. */
export function dieOnceAt(name: FailpointName): void {
  failpoints.set(name, () => {
    failpoints.delete(name);
    throw new Died(name);
  });
}

/** Runs `act` once, at the moment `name` is reached; resolves when it did. */
export function onceAt(name: FailpointName, act: () => Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    failpoints.set(name, async () => {
      failpoints.delete(name);
      await act().then(() => resolve(), reject);
    });
  });
}
