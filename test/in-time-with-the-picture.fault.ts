import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listLogEndpoint, placeHoldsEndpoint, type LogEntry } from '#contracts';
import { newId } from '#process';
import { startPublisher, type SyntheticPublisher } from '#testing';
import type { Browser, Page } from 'playwright-core';
import { newVisitor, openBrowser, pictureOf } from './support/browser.ts';
import { order } from './support/live-command.ts';
import { signUp, until } from './support/people.ts';
import { planSale, setStage, streamKey, untilShow, type Stage } from './support/stage.ts';
import { pictureClock, stageOf, watchStage } from './support/stage-witness.ts';
import { startSystem, type System } from './support/system.ts';

/** How far from its moment in the picture a pin may appear. */
const TOLERANCE_MS = 300;
const PINS = 4;
const DEADLINE_MS = 60_000;

let system: System;
let browser: Browser;
let stage: Stage;
let publisher: SyntheticPublisher;
let page: Page;

beforeAll(async () => {
  system = await startSystem();
  browser = await openBrowser();
  stage = await setStage(system.siteUrl, { title: 'On the beat', units: 1 });
  const { streamKey: key } = await streamKey(stage);
  const url = `rtmp://127.0.0.1:${system.rtmpPort}/live/${key}`;
  publisher = startPublisher({ url, size: '640x360', frameRate: 25, timeCode: true });
  await untilShow(stage, 'live', DEADLINE_MS);
  page = (await newVisitor(browser, system.siteUrl)).page;
  await page.goto(`/shows/${stage.show.showId}`);
  await until('the picture moves', async () => (await pictureOf(page)).frames > 90, DEADLINE_MS);
  await watchStage(page);
}, 240_000);

afterAll(async () => {
  await publisher?.kill();
  await browser?.close();
  await system?.stop();
}, 60_000);

const press = (command: Parameters<typeof order>[3]) =>
  order(system.siteUrl, stage.owner, stage.show.showId, command);

async function logged(type: LogEntry['type']): Promise<LogEntry[]> {
  const { showId } = stage.show;
  const { entries } = await stage.owner.call(listLogEndpoint, { params: { showId }, query: { type } });
  return entries;
}

/** Waits until the stage shows (or no longer shows) the text for the n-th time, and gives when it began to. */
async function onStage(text: string, shown: boolean, time: number): Promise<number> {
  const changes = await until(
    `${text} ${shown ? 'came' : 'went'} for the ${time}. time`,
    async () => {
      const seen = await stageOf(page);
      const turns = seen.filter(
        (now, index) =>
          now.at > 0 &&
          now.text.includes(text) === shown &&
          (seen[index - 1]?.text ?? '').includes(text) !== shown,
      );
      return turns.length >= time ? turns : undefined;
    },
    DEADLINE_MS,
  ).catch(async (cause: unknown) => {
    const last = (await stageOf(page)).slice(-3).map((seen) => seen.text);
    throw new Error(`the stage last showed ${JSON.stringify(last)}`, { cause });
  });
  return changes[time - 1]?.at ?? Number.NaN;
}

describe('the show page', () => {
  it('shows a pin when its moment comes in the picture, not when it is heard of', async () => {
    const title = stage.product.title;
    const seenAt: number[] = [];
    for (let time = 1; time <= PINS; time += 1) {
      await press({ type: 'pin', productId: stage.product.productId });
      seenAt.push(await onStage(title, true, time));
      await press({ type: 'unpin' });
      await onStage(title, false, time);
    }
    const clock = await pictureClock(page);
    const offsets = (await logged('pinned')).map(({ at }, index) => clock.aheadOf(at, seenAt[index] ?? 0));
    process.stderr.write(`picture ${clock.delayMs} ms late; pins off by ${offsets.join(', ')} ms\n`);
    expect(offsets).toHaveLength(PINS);
    // A picture that is hardly late would prove nothing.
    expect(clock.delayMs).toBeGreaterThan(3 * TOLERANCE_MS);
    expect(offsets.filter((offset) => Math.abs(offset) > TOLERANCE_MS)).toEqual([]);
  }, 180_000);

  it('says sold out at once, long before the picture comes to it', async () => {
    const { saleId } = await planSale(stage, { quantity: 1, amount: 990 });
    await until('checkout has heard of the sale', async () => {
      await press({ type: 'start_sale', saleId });
      return true;
    });
    await press({ type: 'pin', productId: stage.product.productId, saleId });
    // The pinned card itself comes with the picture: only once it stands can it change.
    await page.getByLabel('On stage').getByRole('button', { name: /^Buy / }).waitFor();
    const buyer = await signUp(system.siteUrl, 'Quick Buyer');
    const hold = { holdId: newId(), saleId, lines: [{ variantId: stage.variantId, quantity: 1 }] };
    await buyer.call(placeHoldsEndpoint, { body: { holds: [hold] } });
    const seenAt = await onStage('Sold out', true, 1);
    // The shelf was sold out before: its one unit went into the flash sale.
    const entry = (await logged('sold_out')).find(
      (logged) => logged.type === 'sold_out' && logged.data.saleId === saleId,
    );
    expect(entry).toBeDefined();
    const clock = await pictureClock(page);
    const offset = clock.aheadOf(entry?.at ?? 0, seenAt);
    process.stderr.write(`picture ${clock.delayMs} ms late; sold out shown ${-offset} ms before it\n`);
    expect(offset).toBeLessThan(-clock.delayMs / 2);
  }, 120_000);
});
