import { describe } from '@jest/globals';
import { describeMemory } from './contract-memory.ts';
import { describeReserve } from './contract-reserve.ts';
import { describeSettle } from './contract-settle.ts';
import type { EngineUnderTest } from './engine-under-test.ts';

/** The contract of `HoldStore`: what any engine must answer. */
export function describeHoldStore(name: string, start: () => Promise<EngineUnderTest>): void {
  describe(`${name}: claiming`, () => describeReserve(start));
  describe(`${name}: settling`, () => describeSettle(start));
  describe(`${name}: remembering`, () => describeMemory(start));
}
