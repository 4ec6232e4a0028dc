import { newId } from '#process';
import { testIdentity, type OwnProcess } from '#testing';
import { LoyalPage, type FaultStage } from './fault-stage.ts';

const ANSWER_MS = 1_000;

/** What people saw of a room whose owner was killed. */
export interface AfterDeath {
  /** From the kill until a page at another gateway heard the new owner, and until a line said at the kill was acknowledged. */
  heardMs: number;
  acknowledgedMs: number;
  /** What the new owner answers to somebody who is slowed, and to somebody who is banned. */
  slowed: string | undefined;
  banned: string | undefined;
}

/** Slow mode is on and somebody is banned; then whoever owns the room is killed while people talk. */
export async function killTheOwner(stage: FaultStage): Promise<AfterDeath> {
  const { showId, shopId } = stage;
  const owner = await ownerOf(stage);
  const urls = (): string[] => stage.gateways.filter((gateway) => gateway !== owner).map(({ url }) => url);
  const hannah = testIdentity({ shops: [{ shopId, role: 'host' }] });
  const bo = testIdentity();
  const host = new LoyalPage(showId, urls, 0, hannah);
  const ada = new LoyalPage(showId, urls, 1);
  const command = (body: object): Promise<unknown> =>
    host.ask({ op: 'command', showId, id: newId(), command: body });
  try {
    await Promise.all([host.start(), ada.start()]);
    await command({ type: 'set_modes', modes: { slowS: 3_600 } });
    await command({ type: 'ban', userId: bo.userId });
    await ada.say('before');
    const heardBefore = ada.takeovers.length;
    const killedAt = Date.now();
    await Promise.all([owner.kill(), host.say('at the kill')]);
    const acknowledgedMs = Date.now() - killedAt;
    const heardAt = ada.takeovers[heardBefore] ?? Infinity;
    const slowed = await ada.ask({ op: 'say', showId, key: newId(), text: 'after' });
    return {
      heardMs: heardAt - killedAt,
      acknowledgedMs,
      slowed: slowed?.code,
      banned: await refusalOf(new LoyalPage(showId, urls, 2, bo)),
    };
  } finally {
    for (const page of [host, ada]) page.stop();
    await owner.start();
  }
}

/** Finds out by pausing one process after the other: the owner is the one without which nobody answers for the room. */
async function ownerOf(stage: FaultStage): Promise<OwnProcess> {
  const first = new LoyalPage(stage.showId, () => [stage.gateways[0]?.url ?? ''], 3);
  await first.start();
  first.stop();
  for (const gateway of stage.gateways) {
    gateway.pause();
    const answer = await stage.bus.nc
      .request(`rt.${stage.showId}.ask`, JSON.stringify({ ask: 'snapshot' }), { timeout: ANSWER_MS })
      .catch(() => undefined);
    gateway.resume();
    if (!answer) return gateway;
  }
  throw new Error('nobody owns the room');
}

async function refusalOf(page: LoyalPage): Promise<string | undefined> {
  void page.start();
  try {
    while (!page.refusedAs) await new Promise((resolve) => setTimeout(resolve, 50));
    return page.refusedAs;
  } finally {
    page.stop();
  }
}
