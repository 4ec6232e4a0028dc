import type Hls from 'hls.js';
import type { Events, FragLoadingData, HlsConfig } from 'hls.js';

/** What is used of the part of hls.js that reads captions out of the picture. */
interface CaptionReader {
  /** The segment and the part that were loaded last. */
  lastSn: number;
  lastPartIndex: number;
  onFragLoading(event: Events.FRAG_LOADING, data: FragLoadingData): void;
}

/**
 * A caption takes a second or more to arrive, letter by letter. hls.js 1.7 forgets what it has read whenever something is
 * loaded that does not begin the next segment: with every part of a low-latency stream, so that no caption is ever whole.
 * Here a part that follows the last one counts as the continuation that it is.
 */
export function captionsOverParts(Engine: typeof Hls): Partial<HlsConfig> {
  const Reader = Engine.DefaultConfig?.timelineController as unknown as
    (new (hls: Hls) => CaptionReader) | undefined;
  if (!Reader) return {};
  class PatientReader extends Reader {
    override onFragLoading(event: Events.FRAG_LOADING, data: FragLoadingData): void {
      const { frag, part } = data;
      if (frag.type === 'main' && part && frag.sn === this.lastSn && part.index === this.lastPartIndex + 1)
        this.lastSn -= 1;
      super.onFragLoading(event, data);
    }
  }
  return { timelineController: PatientReader as unknown as NonNullable<HlsConfig['timelineController']> };
}
