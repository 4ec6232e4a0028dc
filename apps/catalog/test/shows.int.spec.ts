import {
  createShowEndpoint,
  deleteShowEndpoint,
  endShowEndpoint,
  getShowEndpoint,
  getShowFactsEndpoint,
  goLiveEndpoint,
  updateShowEndpoint,
  type Identity,
  type ShowState,
  type ShowView,
} from '#contracts';
import { testIdentity } from '#testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  bodyOf,
  type CatalogHarness,
  codeOf,
  idempotencyKey,
  ingest,
  makeShow,
  newId,
  openShop,
  startHarness,
  worker,
} from './catalog-harness.ts';

let catalog: CatalogHarness;
let owner: Identity;
let shopId: string;
beforeAll(async () => {
  catalog = await startHarness();
}, 60_000);
beforeEach(async () => {
  const opened = await openShop(catalog);
  owner = opened.owner;
  shopId = opened.shop.shopId;
});
afterAll(() => catalog.stop());

const get = (showId: string, as?: Identity) => catalog.call(getShowEndpoint, { params: { showId } }, as);
const goLive = (showId: string, as = owner) => catalog.call(goLiveEndpoint, { params: { showId } }, as);
const end = (showId: string, as = owner) => catalog.call(endShowEndpoint, { params: { showId } }, as);
const update = (show: ShowView, body: object, as = owner) =>
  catalog.call(
    updateShowEndpoint,
    { params: { showId: show.showId }, body: { version: show.version, ...body } },
    as,
  );

/** The types of the events about a show, once there are `count`. */
const typesOf = async (showId: string, count: number) =>
  (await catalog.heard(showId, count)).map((event) => event.type.replace('catalog.', ''));

async function stateAfter(show: ShowView, events: number): Promise<ShowState> {
  await catalog.heard(show.showId, events);
  return bodyOf(await get(show.showId, owner)).state;
}

describe('announcing a show', () => {
  it('tells everybody, once for one key', async () => {
    const startsAt = new Date(catalog.clock.now() + 60_000).toISOString();
    const request = {
      params: { shopId },
      body: { title: 'Friday', startsAt },
      idempotencyKey: idempotencyKey(),
    };
    const show = bodyOf(await catalog.call(createShowEndpoint, request, owner));
    expect(show).toMatchObject({
      state: 'scheduled',
      shopName: 'Clay & Co',
      hostId: owner.userId,
      visibility: 'public',
      goLive: 'on_publish',
      publishing: false,
      posterUrl: null,
      streamUrl: null,
      version: 1,
    });
    await catalog.pool.query('DELETE FROM idempotency');
    expect(bodyOf(await catalog.call(createShowEndpoint, request, owner))).toEqual(show);
    const [event] = await catalog.heard(show.showId, 1);
    expect(event).toMatchObject({
      type: 'catalog.show_scheduled',
      data: { startsAt, shopId, streamId: null, guestChat: true },
    });
  });

  it('is for hosts of the shop, in a series of the shop, for a time to come', async () => {
    const foreign = await openShop(catalog);
    const stranger = await makeShow(catalog, foreign.shop.shopId, foreign.owner);
    const create = (as: Identity, parts: object) => {
      const body = { title: 'x', startsAt: new Date(catalog.clock.now()).toISOString(), ...parts };
      return catalog.call(
        createShowEndpoint,
        { params: { shopId }, body, idempotencyKey: idempotencyKey() },
        as,
      );
    };
    expect(codeOf(await create(worker(shopId, 'moderator'), {}))).toBe('forbidden');
    expect(codeOf(await create(testIdentity(), {}))).toBe('forbidden');
    expect(codeOf(await create(owner, { seriesId: stranger.seriesId }))).toBe('series_not_found');
    const long = new Date(catalog.clock.now() - 2 * 3_600_000).toISOString();
    expect(codeOf(await create(owner, { startsAt: long }))).toBe('starts_in_past');
    expect(codeOf(await create(owner, { startsAt: 'tomorrow' }))).toBe('invalid_request');
    expect((await create(worker(shopId, 'host'), {})).status).toBe(201);
  });
});

describe('a stream', () => {
  it('takes its show on air, through a pause, and to the end', async () => {
    const show = await makeShow(catalog, shopId, owner);
    const stream = ingest(catalog, show);
    await stream.publish();
    expect(await stateAfter(show, 2)).toBe('live');
    expect(bodyOf(await get(show.showId))).toMatchObject({
      publishing: true,
      streamUrl: `/hls/${show.showId}/index.m3u8`,
      posterUrl: `/hls/${show.showId}/poster.jpg`,
    });
    await stream.interrupt();
    expect(await stateAfter(show, 3)).toBe('paused');
    await stream.resume();
    expect(await stateAfter(show, 4)).toBe('live');
    await stream.end();
    expect(await stateAfter(show, 5)).toBe('ended');
    expect(await typesOf(show.showId, 5)).toEqual([
      'show_scheduled',
      'show_went_live',
      'show_paused',
      'show_resumed',
      'show_ended',
    ]);
    expect((await catalog.heard(show.showId, 5))[1]).toMatchObject({
      data: { streamId: stream.streamId, state: 'live' },
    });
  });

  it('is heard once, in order, and never again once a newer one began', async () => {
    const show = await makeShow(catalog, shopId, owner);
    const first = ingest(catalog, show);
    const published = first.published();
    await catalog.bus.publish(published);
    await first.interrupt();
    await catalog.bus.publish({ ...published, id: newId() }); // told again under another id
    expect(await stateAfter(show, 3)).toBe('paused');
    const second = ingest(catalog, show);
    await second.publish();
    expect(await stateAfter(show, 4)).toBe('live');
    await first.end(); // of the former stream: too late to matter
    await second.interrupt();
    expect(await stateAfter(show, 5)).toBe('paused');
    expect(await typesOf(show.showId, 5)).not.toContain('show_ended');
  });

  it('cut for its key leaves the show to come back with another', async () => {
    const show = await makeShow(catalog, shopId, owner);
    const first = ingest(catalog, show);
    await first.publish();
    await first.end('key_revoked');
    expect(await stateAfter(show, 3)).toBe('paused');
    await ingest(catalog, show).publish();
    expect(await stateAfter(show, 4)).toBe('live');
  });

  it('of a show that is unknown or deleted changes nothing', async () => {
    const gone = await makeShow(catalog, shopId, owner);
    await catalog.call(deleteShowEndpoint, { params: { showId: gone.showId } }, owner);
    await ingest(catalog, gone).publish();
    await ingest(catalog, { ...gone, showId: newId() }).publish();
    const next = await makeShow(catalog, shopId, owner);
    await ingest(catalog, next).publish();
    expect(await stateAfter(next, 2)).toBe('live');
    expect(await typesOf(gone.showId, 2)).toEqual(['show_scheduled', 'show_deleted']);
  });
});

describe('a show that waits for its host', () => {
  it('rehearses unseen, and goes live at the button, with a picture', async () => {
    const show = await makeShow(catalog, shopId, owner, { goLive: 'manual' });
    const host = worker(shopId, 'host');
    expect(codeOf(await goLive(show.showId, worker(shopId, 'moderator')))).toBe('forbidden');
    expect(codeOf(await goLive(show.showId, host))).toBe('show_not_publishing');
    const stream = ingest(catalog, show);
    await stream.publish();
    // no event tells of a rehearsal: ask until ingest was heard
    let went = await goLive(show.showId, host);
    while (!went.ok && went.problem.code === 'show_not_publishing') went = await goLive(show.showId, host);
    expect(bodyOf(went)).toMatchObject({ state: 'live', publishing: true });
    expect(bodyOf(await goLive(show.showId, host))).toEqual(bodyOf(went));
    expect(await typesOf(show.showId, 2)).toEqual(['show_scheduled', 'show_went_live']);
  });

  it('goes live by itself when told to while the picture is there', async () => {
    const show = await makeShow(catalog, shopId, owner, { goLive: 'manual' });
    await ingest(catalog, show).publish();
    const publishing = async (): Promise<ShowView> => {
      for (;;) {
        const now = bodyOf(await get(show.showId, owner));
        if (now.publishing) return now;
      }
    };
    const rehearsing = await publishing();
    expect([rehearsing.state, rehearsing.streamUrl]).toEqual(['scheduled', `/hls/${show.showId}/index.m3u8`]);
    expect(bodyOf(await get(show.showId)).streamUrl).toBeNull();
    expect(bodyOf(await update(rehearsing, { goLive: 'on_publish' }))).toMatchObject({
      state: 'live',
      version: 3,
    });
    expect(await typesOf(show.showId, 3)).toEqual(['show_scheduled', 'show_updated', 'show_went_live']);
  });
});

describe('ending a show', () => {
  it('works once on air, and repeating it changes nothing', async () => {
    const show = await makeShow(catalog, shopId, owner);
    expect(codeOf(await end(show.showId))).toBe('show_state');
    await ingest(catalog, show).publish();
    await catalog.heard(show.showId, 2);
    const results = await Promise.all([end(show.showId), end(show.showId), end(show.showId)]);
    expect(results.map((result) => bodyOf(result).version)).toEqual([3, 3, 3]);
    expect(codeOf(await goLive(show.showId))).toBe('show_state');
    const other = await makeShow(catalog, shopId, owner);
    await ingest(catalog, other).publish();
    await catalog.heard(other.showId, 2);
    expect(await typesOf(show.showId, 3)).toEqual(['show_scheduled', 'show_went_live', 'show_ended']);
  });

  it('happens by itself when the picture stays away for hours', async () => {
    const { AirShow } = await import('../src/shows/air-show.ts');
    const air = catalog.service.app.get(AirShow);
    const show = await makeShow(catalog, shopId, owner);
    const stream = ingest(catalog, show);
    await stream.publish();
    await stream.interrupt();
    await catalog.heard(show.showId, 3);
    await air.endForgotten();
    expect(bodyOf(await get(show.showId)).state).toBe('paused');
    catalog.clock.advance(2 * 3_600_000 + 1);
    expect(await air.endForgotten()).toBeGreaterThanOrEqual(1);
    expect(bodyOf(await get(show.showId)).state).toBe('ended');
  });
});

describe('changing a show', () => {
  it('starts from the version that was read', async () => {
    const show = await makeShow(catalog, shopId, owner);
    const results = await Promise.all([update(show, { title: 'A' }), update(show, { title: 'B' })]);
    expect(results.map((result) => result.status).toSorted()).toEqual([200, 409]);
    expect(codeOf(await update({ ...show, version: 2 }, { title: 'C' }, worker(newId(), 'owner')))).toBe(
      'forbidden',
    );
  });

  it('leaves what viewers rely on once it was live', async () => {
    const show = await makeShow(catalog, shopId, owner);
    await ingest(catalog, show).publish();
    await catalog.heard(show.showId, 2);
    const live = bodyOf(await get(show.showId, owner));
    const later = new Date(catalog.clock.now() + 9 * 3_600_000).toISOString();
    for (const body of [{ startsAt: later }, { goLive: 'manual' }]) {
      expect(codeOf(await update(live, body))).toBe('show_state');
    }
    expect(
      bodyOf(await update(live, { title: 'New', visibility: 'unlisted', startsAt: live.startsAt })),
    ).toMatchObject({ title: 'New' });
    expect(codeOf(await catalog.call(deleteShowEndpoint, { params: { showId: show.showId } }, owner))).toBe(
      'show_state',
    );
  });

  it('deletes it for good', async () => {
    const show = await makeShow(catalog, shopId, owner);
    const remove = () => catalog.call(deleteShowEndpoint, { params: { showId: show.showId } }, owner);
    expect((await remove()).status).toBe(204);
    expect(codeOf(await remove())).toBe('show_not_found');
    expect(codeOf(await get(show.showId, owner))).toBe('show_not_found');
    expect(codeOf(await update(show, { title: 'x' }))).toBe('show_not_found');
    expect(codeOf(await catalog.internal(getShowFactsEndpoint, { params: { showId: show.showId } }))).toBe(
      'show_not_found',
    );
  });
});
