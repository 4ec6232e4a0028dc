import type { DateRange } from '#hls';
import { PlaylistDesk } from '../playlists/playlist-desk.ts';
import type { ShowStream } from '../streams/show-stream.ts';

/** One playlist desk per stream; those of recordings go with them. */
export class ShowDesks {
  private readonly desks = new WeakMap<ShowStream, PlaylistDesk>();
  private readonly onAir = new Set<PlaylistDesk>();
  private readonly dateRangesOf: (stream: ShowStream) => readonly DateRange[];

  constructor(dateRangesOf: (stream: ShowStream) => readonly DateRange[]) {
    this.dateRangesOf = dateRangesOf;
  }

  of(stream: ShowStream): PlaylistDesk {
    let desk = this.desks.get(stream);
    if (!desk) {
      desk = new PlaylistDesk(stream, () => this.dateRangesOf(stream));
      this.desks.set(stream, desk);
      if (stream.rows.phase !== 'ended') this.onAir.add(desk);
    }
    return desk;
  }

  /** The stream has ended or was deleted: nobody waits for it any more. */
  close(stream: ShowStream): void {
    const desk = this.desks.get(stream);
    if (!desk) return;
    desk.stop();
    this.onAir.delete(desk);
  }

  /** Viewers that wait for a playlist, of all shows. */
  get waiting(): number {
    let count = 0;
    for (const desk of this.onAir) count += desk.waiting;
    return count;
  }

  stop(): void {
    for (const desk of this.onAir) desk.stop();
    this.onAir.clear();
  }
}
