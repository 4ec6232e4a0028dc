import { expect } from '@jest/globals';
import type { HostCommand, LiveTick } from '#contracts';
import { v4, v7 } from 'uuid';
import type { Actor } from '../../src/rooms/actor.ts';
import { Seeded } from './seeded.ts';
import { SimPage } from './sim-page.ts';
import { CALM, SimWorld, type Weather } from './sim-world.ts';

const PAGES = 8;
const STEPS = 120;
/** Long enough for leases to run out and every retry to end. */
const CALM_AFTER_MS = 60_000;
/** Bytes that wait for a page that reads slowly, and for one that hardly reads at all. */
const SLOW_BYTES = 100_000;
const TOO_SLOW_BYTES = 600_000;

/** The kinds of world that a room lives in. */
export const weathers: [string, Weather][] = [
  ['calm', CALM],
  ['lossy', { loseAsk: 0.1, loseTick: 0.1, loseAck: 0.1, reorder: 0.1, storeFault: 0, slowestMs: 120 }],
  [
    'broken store',
    { loseAsk: 0.05, loseTick: 0.05, loseAck: 0.05, reorder: 0.05, storeFault: 0.15, slowestMs: 40 },
  ],
];

/** Runs one world to its end and throws, with the seed that brings it back, when a promise was broken in it. */
export async function live(seed: number, [name, weather]: (typeof weathers)[number]): Promise<void> {
  const run = new Run(seed);
  try {
    await run.go(weather);
    check(run);
  } catch (error) {
    throw new Error(`broken with SIM_SEED=${seed} SIM_RUNS=1, weather "${name}"`, { cause: error });
  }
}

interface Said {
  userId: string;
  key: string;
  text: string;
  acked: boolean;
  refused: boolean;
}

const actorOf = (page: SimPage): Actor => ({
  userId: page.userId,
  name: page.name,
  guest: false,
  role: null,
  platform: null,
  sessionId: page.userId,
});

/** One run: pages talk, a moderator deletes and bans, processes and gateways die, pause and lose messages. */
class Run {
  readonly random: Seeded;
  readonly world: SimWorld;
  readonly pages: SimPage[];
  readonly said: Said[] = [];
  readonly deleted = new Set<string>();
  readonly banned = new Map<string, number>();
  readonly #where = new Map<SimPage, number>();
  readonly #host: Actor;
  #work: Promise<unknown>[] = [];

  constructor(seed: number) {
    this.random = new Seeded(seed);
    this.world = new SimWorld(this.random, { processes: 3, gateways: 2 });
    this.pages = Array.from({ length: PAGES }, (_, index) => new SimPage(`page${index}`, v7()));
    const userId = v7();
    this.#host = { userId, name: 'host', guest: false, role: 'host', platform: null, sessionId: userId };
  }

  async go(weather: Weather): Promise<void> {
    const { world, random } = this;
    for (const page of this.pages) this.#work.push(this.#sit(page, random.between(0, 1)));
    await world.clock.advance(3_000);
    world.weather = weather;
    for (let step = 0; step < STEPS; step += 1) {
      this.#somethingHappens();
      await world.clock.advance(random.between(0, 400));
    }
    world.weather = CALM;
    for (const process of world.processes) process.resume();
    for (const page of this.pages) page.stuck = 0;
    await world.clock.advance(CALM_AFTER_MS);
    for (const page of this.pages)
      if (!this.#where.has(page) || page.closedBy === 'slow') this.#work.push(this.#sit(page, 0));
    this.#work.push(this.#say(this.pages[0], 'the end'));
    await this.#finish();
    await world.clock.advance(100);
  }

  /** Lets everything that was begun come to its end. */
  async #finish(): Promise<void> {
    let open = true;
    void Promise.allSettled(this.#work).then(() => (open = false));
    for (let minutes = 0; open && minutes < 20; minutes += 1) await this.world.clock.advance(CALM_AFTER_MS);
    expect(open).toBe(false);
  }

  #somethingHappens(): void {
    const { random, world } = this;
    const dice = random.between(0, 99);
    const page = random.pick(this.pages);
    if (dice < 56) this.#work.push(this.#say(page, `line ${this.said.length}`));
    else if (dice < 60) page.stuck = random.pick([0, SLOW_BYTES, TOO_SLOW_BYTES]);
    else if (dice < 66) this.#leave(page);
    else if (dice < 76) this.#work.push(this.#sit(page, random.between(0, 1)));
    else if (dice < 82) this.#work.push(this.#deleteSomeLine());
    else if (dice < 84) this.#work.push(this.#ban(page));
    else if (dice < 88) for (const left of world.killGateway(random.between(0, 1))) this.#where.delete(left);
    else if (dice < 92) world.killProcess(random.pick(world.processes));
    else if (dice < 96) random.pick(world.processes).pause();
    else for (const process of world.processes) process.resume();
  }

  async #sit(page: SimPage, gateway: number): Promise<void> {
    this.#leave(page);
    this.#where.set(page, gateway);
    try {
      await this.world.join(page, gateway);
    } catch {
      this.#where.delete(page);
    }
  }

  #leave(page: SimPage): void {
    this.world.leave(page);
    this.#where.delete(page);
  }

  /** A page keeps a line and sends it again, with the same key, until it hears what became of it. */
  async #say(page: SimPage | undefined, text: string): Promise<void> {
    if (!page) return;
    const said: Said = { userId: page.userId, key: v4(), text, acked: false, refused: false };
    this.said.push(said);
    for (let attempt = 0; attempt < 30 && !said.acked && !said.refused; attempt += 1) {
      const answer = await this.world.ask({
        ask: 'say',
        actor: actorOf(page),
        address: page.name,
        key: said.key,
        text,
      });
      said.acked = answer.ok;
      said.refused = !answer.ok && answer.code !== 'unavailable' && answer.code !== 'moved';
      if (!said.acked) await this.world.pause(500);
    }
  }

  async #deleteSomeLine(): Promise<void> {
    const lines = this.world.store.rows.lines.filter(({ state }) => state === 'shown');
    if (lines.length === 0) return;
    const { id } = this.random.pick(lines).line;
    const answer = await this.#order({ type: 'delete_lines', lineIds: [id] });
    if (answer) this.deleted.add(id);
  }

  async #ban(page: SimPage): Promise<void> {
    if (await this.#order({ type: 'ban', userId: page.userId }))
      this.banned.set(page.userId, this.said.length);
  }

  async #order(command: HostCommand): Promise<boolean> {
    const id = v7();
    for (let attempt = 0; attempt < 30; attempt += 1) {
      const answer = await this.world.ask({ ask: 'command', actor: this.#host, id, command });
      if (answer.ok) return true;
      if (answer.code !== 'unavailable') return false;
      await this.world.pause(500);
    }
    return false;
  }

  get published(): LiveTick[] {
    return this.world.ticks.messages.map(({ json }) => JSON.parse(json) as LiveTick);
  }
}

function check(run: Run): void {
  const ticks = run.published;
  const lines = ticks.flatMap((tick) => tick.chat ?? []);
  const entries = ticks.flatMap((tick) => tick.critical ?? []);
  const { rows } = run.world.store;

  // The stream: numbered without gap by owners whose generation never goes back.
  expect(ticks.map(({ n }) => n)).toEqual(ticks.map((_, index) => index + 1));
  const generations = run.world.ticks.messages.map(({ head }) => head.generation);
  expect(generations).toEqual(generations.toSorted((a, b) => a - b));

  // The log: each entry of the store exactly once, in order.
  expect(entries.map(({ seq }) => seq)).toEqual(rows.entries.map(({ seq }) => seq));

  // Chat: in the order of positions, each author's key once, and every acknowledged line is there.
  expect(lines.map(({ seq }) => seq)).toEqual(lines.map(({ seq }) => seq).toSorted((a, b) => a - b));
  const keys = lines.map((line) => `${line.author.id} ${line.key}`);
  expect(new Set(keys).size).toBe(keys.length);
  const shown = new Set(keys);
  const clearedBefore = new Set(
    rows.lines.filter(({ state }) => state === 'deleted').map(({ line }) => line.key),
  );
  const lost = run.said.filter(
    ({ acked, userId, key }) => acked && !shown.has(`${userId} ${key}`) && !clearedBefore.has(key),
  );
  expect(lost).toEqual([]);

  // A ban holds over owners: what was said after it was acknowledged is refused.
  for (const [userId, from] of run.banned) {
    const later = run.said.slice(from).filter((said) => said.userId === userId && said.acked);
    expect(later).toEqual([]);
  }

  // Pages: no gap, no double, everybody ends with the same list, and what was deleted is nowhere.
  expect(run.pages.flatMap((page) => page.violations)).toEqual([]);
  const last = ticks.at(-1)?.n;
  const present = run.pages.filter((page) => page.closedBy === undefined);
  expect(present.map((page) => `${page.name} at ${page.view?.n}`)).toEqual(
    present.map((page) => `${page.name} at ${last}`),
  );
  for (const page of present) {
    const wanted = lines.map(({ id }) => id).filter((id) => page.arrived.includes(id));
    expect(page.arrived).toEqual(wanted);
    for (const line of page.view?.lines ?? []) expect(run.deleted.has(line.id)).toBe(false);
  }
  const everybody = new Set(
    present.map((page) =>
      (page.view?.lines ?? [])
        .slice(-10)
        .map(({ id }) => id)
        .join(' '),
    ),
  );
  expect(everybody.size).toBe(1);
}
