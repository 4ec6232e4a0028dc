import { setTimeout as delay } from 'node:timers/promises';
import { PlaylistReader, watch, type ViewerTally } from './viewer.ts';

// The viewers of the benchmark, in a process of their own: node crowd.ts PLAYLIST-URL VIEWERS; says what happened when told to stop.

/** A crowd does not come in one instant. */
const ARRIVE_WITHIN_MS = 2_000;

const [url = '', count = '0'] = process.argv.slice(2);
const playlistUrl = new URL(url);
const reader = new PlaylistReader();
const leaving = new AbortController();
const tally: ViewerTally = { playlists: 0, parts: 0, faults: 0, partMs: [] };

process.on('message', (message) => {
  if (message === 'begin') Object.assign(tally, { playlists: 0, parts: 0, faults: 0, partMs: [] });
  else if (message === 'end') {
    leaving.abort();
    process.send?.(tally, () => process.exit(0));
  }
});
for (let viewer = 0; viewer < Number(count); viewer++) {
  void watch(playlistUrl, reader, leaving.signal, tally);
  if (viewer % 10 === 9) await delay((10 * ARRIVE_WITHIN_MS) / Number(count));
}
process.send?.('arrived');
