import { LoyalPage, type FaultStage } from './fault-stage.ts';

export interface TalkOptions {
  pages: number;
  linesEach: number;
  /** What goes wrong while they talk. */
  trouble: (stage: FaultStage) => Promise<void>;
}

/** What was found when all was over; an empty list is success. */
export async function talkThrough(stage: FaultStage, options: TalkOptions): Promise<string[]> {
  const urls = (): string[] => stage.gateways.map(({ url }) => url);
  const pages = Array.from({ length: options.pages }, (_, index) => new LoyalPage(stage.showId, urls, index));
  for (let from = 0; from < pages.length; from += 50) {
    await Promise.all(pages.slice(from, from + 50).map((page) => page.start()));
  }
  try {
    const talk = Promise.all(
      pages.map(async (page, index) => {
        for (let line = 0; line < options.linesEach; line += 1) await page.say(`page ${index} line ${line}`);
      }),
    );
    await Promise.all([talk, options.trouble(stage)]);
    const stored = await stage.lines();
    await allHear(pages, stored.length);
    return findings(pages, stored, options);
  } finally {
    for (const page of pages) page.stop();
  }
}

async function allHear(pages: readonly LoyalPage[], lines: number): Promise<void> {
  const until = Date.now() + 60_000;
  const behind = (): boolean => pages.some((page) => page.list.length < lines);
  while (behind() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 100));
}

function findings(
  pages: readonly LoyalPage[],
  stored: readonly { id: string; text: string }[],
  { linesEach }: TalkOptions,
): string[] {
  const found: string[] = [];
  const texts = new Set(stored.map(({ text }) => text));
  if (texts.size !== stored.length) found.push('a line is stored twice');
  const wanted = stored.map(({ id }) => id).join(' ');
  for (const [index, page] of pages.entries()) {
    found.push(...page.broken.map((what) => `page ${index}: ${what}`));
    for (const text of page.acknowledged) if (!texts.has(text)) found.push(`acknowledged and lost: ${text}`);
    if (page.acknowledged.length !== linesEach) found.push(`page ${index} was not heard in the end`);
    // A page that came before the first line has them all, from the first on.
    if (page.list.map(({ id }) => id).join(' ') !== wanted) {
      found.push(`page ${index} has another list: ${page.list.length} of ${stored.length} lines`);
    }
  }
  return found.slice(0, 20);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One process after the other dies and comes back: whoever owns the room is among them. */
export async function killEachGateway(stage: FaultStage): Promise<void> {
  for (const gateway of stage.gateways) {
    await pause(1_000);
    await gateway.kill();
    await pause(1_500);
    await gateway.start();
  }
}

/** Each process in turn is paused for longer than its lease, and goes on as if nothing had been. */
export async function pauseEachGateway(stage: FaultStage): Promise<void> {
  for (const gateway of stage.gateways) {
    await pause(500);
    gateway.pause();
    await pause(4_000);
    gateway.resume();
    await pause(1_500);
  }
}
