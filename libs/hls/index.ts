export { boxesIn, findBox, MalformedMediaError, needBox } from './boxes/box.ts';
export type { Box } from './boxes/box.ts';
export { BoxSplitter } from './boxes/box-splitter.ts';
export type { WholeBox } from './boxes/box-splitter.ts';
export { CmafReader, joinBytes } from './boxes/cmaf-reader.ts';
export type { CmafPiece } from './boxes/cmaf-reader.ts';
export { looksLikeFragment, readFragment, readSamples } from './boxes/fragment.ts';
export type { SampleInfo, TrackFragment } from './boxes/fragment.ts';
export { readInitSegment } from './boxes/init-segment.ts';
export type { TrackInfo } from './boxes/init-segment.ts';
export { rewriteFragment } from './boxes/rewrite-fragment.ts';
export type { FragmentChange } from './boxes/rewrite-fragment.ts';
export type { DateRange } from './playlist/date-range.ts';
export { decideReload, parseDirectives } from './playlist/delivery-directives.ts';
export type { DeliveryDirectives, RenditionPosition } from './playlist/delivery-directives.ts';
export type {
  LowLatency,
  MediaPlaylist,
  PlaylistPart,
  PlaylistSegment,
  RenditionReport,
} from './playlist/media-playlist.ts';
export { renderMultivariant } from './playlist/multivariant.ts';
export type { AudioRendition, MultivariantPlaylist, Variant } from './playlist/multivariant.ts';
export { renderMediaPlaylist } from './playlist/render-media-playlist.ts';
export type { Skip } from './playlist/render-media-playlist.ts';
export { readChunk } from './boxes/read-chunk.ts';
export type { TimedSample } from './boxes/read-chunk.ts';
export { writeFragment } from './boxes/write-fragment.ts';
export type { FragmentContent, Sample } from './boxes/write-fragment.ts';
export { writeInitSegment } from './boxes/write-init.ts';
export type { InitContent, PictureSetup, SoundSetup } from './boxes/write-init.ts';
