/** Names of a rendition's files, in addresses and in the store alike. The run comes first: no name is ever used twice. */
export const mediaNames = {
  init: (run: string): string => `${run}-init.mp4`,
  segment: (run: string, msn: number): string => `${run}-${msn}.m4s`,
  part: (run: string, msn: number, index: number): string => `${run}-${msn}.${index}.m4s`,
};

/** What a file name stands for. */
export type MediaName =
  | { kind: 'init'; run: string }
  | { kind: 'segment'; run: string; msn: number }
  | { kind: 'part'; run: string; msn: number; index: number };

const NAME = /^([a-z0-9]{1,24})-(?:(init)\.mp4|(\d{1,10})(?:\.(\d{1,4}))?\.m4s)$/;

/** Reads a file name; undefined for one that no writer can have made. */
export function parseMediaName(name: string): MediaName | undefined {
  const [, run, init, msn, index] = NAME.exec(name) ?? [];
  if (run === undefined) return undefined;
  if (init !== undefined) return { kind: 'init', run };
  if (index !== undefined) return { kind: 'part', run, msn: Number(msn), index: Number(index) };
  return { kind: 'segment', run, msn: Number(msn) };
}

/** Keys of a show's objects in the store. */
export const storeKeys = {
  /** Everything of a show, for its deletion. */
  show: (showId: string): string => `shows/${showId}/`,
  media: (showId: string, rendition: string, name: string): string =>
    `shows/${showId}/media/${rendition}/${name}`,
  picture: (showId: string, name: string): string => `shows/${showId}/pictures/${name}`,
  log: (showId: string): string => `shows/${showId}/log.json`,
  recording: (showId: string): string => `shows/${showId}/recording.json`,
  /** All recordings, or those of one shop: one small object each. */
  cards: (shopId?: string): string => (shopId === undefined ? 'recordings/' : `recordings/${shopId}/`),
  card: (shopId: string, showId: string): string => `recordings/${shopId}/${showId}.json`,
  retention: (shopId: string): string => `shops/${shopId}/retention.json`,
};
