import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setFaultStage, type FaultStage } from './fault-stage.ts';
import { killEachGateway, talkThrough } from './fault-runs.ts';

let stage: FaultStage;
beforeAll(async () => {
  stage = await setFaultStage(2);
}, 120_000);
afterAll(() => stage.stop());

describe('processes that die', () => {
  it('leave every page with the same list: nothing acknowledged is lost, nothing comes twice', async () => {
    expect(await talkThrough(stage, { pages: 40, linesEach: 4, trouble: killEachGateway })).toEqual([]);
  }, 120_000);
});
