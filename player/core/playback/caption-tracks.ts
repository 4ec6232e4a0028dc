import type { Quality } from './playback-state.ts';

export interface CaptionState {
  captions: readonly Quality[];
  /** The one that is shown; -1 for none. */
  caption: number;
}

/**
 * The captions of a video element, whoever put them there: hls.js for renditions and for captions inside the picture (CEA-608), the
 * browser where it plays HLS itself. A player that is rebuilt makes its tracks anew: the viewer's choice is kept by name.
 */
export class CaptionTracks {
  private wish: string | null = null;
  private readonly list: TextTrackList;
  private readonly onChange: (state: CaptionState) => void;

  constructor(list: TextTrackList, onChange: (state: CaptionState) => void, signal: AbortSignal) {
    this.list = list;
    this.onChange = onChange;
    list.addEventListener('addtrack', () => this.restore(), { signal });
    list.addEventListener('removetrack', () => this.tell(), { signal });
    list.addEventListener('change', () => this.tell(), { signal });
  }

  /** Shows one of the captions, by its number in the list that was told; -1 shows none. */
  choose(id: number): void {
    const chosen = this.tracks()[id];
    this.wish = chosen ? nameOf(chosen) : null;
    this.show(chosen);
  }

  private restore(): void {
    if (this.wish !== null) this.show(this.tracks().find((track) => nameOf(track) === this.wish));
    else this.tell();
  }

  private show(chosen: TextTrack | undefined): void {
    for (const track of this.tracks()) track.mode = track === chosen ? 'showing' : 'disabled';
    this.tell();
  }

  private tell(): void {
    const tracks = this.tracks();
    this.onChange({
      captions: tracks.map((track, id) => ({ id, label: nameOf(track) })),
      caption: tracks.findIndex(({ mode }) => mode === 'showing'),
    });
  }

  private tracks(): TextTrack[] {
    return Array.from(this.list).filter(({ kind }) => kind === 'captions' || kind === 'subtitles');
  }
}

function nameOf({ label, language }: TextTrack): string {
  return label || language || 'Captions';
}
