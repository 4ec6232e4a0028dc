import type { GoLiveMode, ShowState } from '#contracts';
import type { StreamState } from '../database/entities/show.entity.ts';
import { nextShowState, type ShowMove } from './show-states.ts';

/** What a show knows of its stream. */
export interface StreamKnowledge {
  state: ShowState;
  goLive: GoLiveMode;
  streamId: string | null;
  streamVersion: number;
}

/** What an event of ingest says of a stream. */
export interface StreamNews {
  streamId: string;
  version: number;
  now: Exclude<StreamState, 'none'>;
  /** Whether the show ends with the stream; a stream cut for its key leaves the show to come back with another. */
  endsShow: boolean;
}

/**
 * What the show does on the news; undefined when it is old news. Each event is enough by itself: told out of order,
 * or with some never told, the show ends up where the latest one leads.
 */
export function followStream(show: StreamKnowledge, news: StreamNews): ShowMove[] | undefined {
  if (show.streamId === news.streamId && news.version <= show.streamVersion) return undefined;
  // streams' ids are in the order of their beginning: news of a former stream is old
  if (show.streamId !== null && news.streamId < show.streamId) return undefined;
  return movesOf(show, news);
}

function movesOf({ state, goLive }: StreamKnowledge, { now, endsShow }: StreamNews): ShowMove[] {
  const moves: ShowMove[] = [];
  // a show that waits for its host is rehearsing: its stream comes and goes without anybody seeing
  if (state === 'scheduled' && goLive === 'manual') return moves;
  if (state === 'scheduled') moves.push('go_live');
  if (now === 'on') moves.push('resume');
  else if (now === 'over' && endsShow) moves.push('end');
  else moves.push('pause');
  return possible(state, moves);
}

/** Those of `moves`, one after the other from `state`, that the table allows. */
function possible(state: ShowState, moves: readonly ShowMove[]): ShowMove[] {
  const done: ShowMove[] = [];
  let at = state;
  for (const move of moves) {
    const next = nextShowState(at, move);
    if (!next) continue;
    done.push(move);
    at = next;
  }
  return done;
}
