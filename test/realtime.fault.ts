import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startNats } from '#servers';
import { killEachGateway, pauseEachGateway, talkThrough } from '../apps/chat/test/fault-runs.ts';
import { setFaultStage, type FaultStage } from '../apps/chat/test/fault-stage.ts';
import { killTheOwner } from '../apps/chat/test/owner-dies.ts';

const PAGES = 1_000;
const LINES_EACH = 5;
/** How long a room may be without an owner. */
const REPLACED_WITHIN_MS = 3_000;

let stage: FaultStage;
beforeEach(async () => {
  stage = await setFaultStage(2);
}, 120_000);
afterEach(() => stage.stop());

describe('a thousand people talk while', () => {
  it('gateways and owners are killed', async () => {
    const options = { pages: PAGES, linesEach: LINES_EACH, trouble: killEachGateway };
    expect(await talkThrough(stage, options)).toEqual([]);
  }, 900_000);

  it('processes are paused for longer than their leases and wake up again', async () => {
    const options = { pages: 200, linesEach: LINES_EACH, trouble: pauseEachGateway };
    expect(await talkThrough(stage, options)).toEqual([]);
  }, 600_000);

  it('NATS is killed and starts again on its data', async () => {
    const { nats } = stage;
    const trouble = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await nats.kill();
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      stage.nats = await startNats({ dir: nats.dir, port: nats.port });
    };
    expect(await talkThrough(stage, { pages: 200, linesEach: LINES_EACH, trouble })).toEqual([]);
  }, 600_000);
});

describe('whoever owns the room', () => {
  it('is replaced within three seconds when it is killed, and slow mode and bans still hold', async () => {
    const after = await killTheOwner(stage);
    process.stdout.write(`${JSON.stringify(after)}\n`);
    expect(after).toMatchObject({ slowed: 'slow_mode', banned: 'chat_banned' });
    expect(after.heardMs).toBeLessThanOrEqual(REPLACED_WITHIN_MS);
    expect(after.acknowledgedMs).toBeLessThanOrEqual(REPLACED_WITHIN_MS);
  }, 120_000);
});
