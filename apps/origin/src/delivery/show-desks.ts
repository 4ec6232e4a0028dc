import type { DateRange } from '#hls';
import { PlaylistDesk } from '../playlists/playlist-desk.ts';
import type { ShowStream } from '../streams/show-stream.ts';

/** One playlist desk per stream. */
export class ShowDesks {
  private readonly desks = new Map<string, PlaylistDesk>();
  private readonly dateRangesOf: (showId: string) => readonly DateRange[];

  constructor(dateRangesOf: (showId: string) => readonly DateRange[]) {
    this.dateRangesOf = dateRangesOf;
  }

  of(stream: ShowStream): PlaylistDesk {
    let desk = this.desks.get(stream.showId);
    if (!desk) {
      desk = new PlaylistDesk(stream, () => this.dateRangesOf(stream.showId));
      this.desks.set(stream.showId, desk);
    }
    return desk;
  }

  find(showId: string): PlaylistDesk | undefined {
    return this.desks.get(showId);
  }

  drop(showId: string): void {
    this.desks.get(showId)?.stop();
    this.desks.delete(showId);
  }

  /** Viewers that wait for a playlist, of all shows. */
  get waiting(): number {
    let count = 0;
    for (const desk of this.desks.values()) count += desk.waiting;
    return count;
  }

  stop(): void {
    for (const showId of this.desks.keys()) this.drop(showId);
  }
}
