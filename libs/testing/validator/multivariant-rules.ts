import { parse } from 'hls-parser';
import type { Findings } from './report.ts';
import { readAttributes } from './read-playlist.ts';

/** A playlist that a multivariant playlist refers to. */
export interface FoundRendition {
  url: string;
  kind: 'video' | 'audio';
}

/** Reads and checks a multivariant playlist; every rung and sound once. */
export function checkMultivariant(text: string, url: string, findings: Findings): FoundRendition[] {
  const where = new URL(url).pathname;
  try {
    parse(text);
  } catch (error) {
    findings.add('strict-parser', where, error instanceof Error ? error.message : String(error));
  }
  const check = (holds: boolean, rule: string, detail: () => string): void =>
    findings.check(holds, rule, where, detail);
  check(text.includes('#EXT-X-INDEPENDENT-SEGMENTS'), 'independent-segments', () => 'the tag is missing');
  const found = new Map<string, FoundRendition>();
  const lines = text.split('\n');
  const groups = new Set<string>();
  for (const line of lines.filter((candidate) => candidate.startsWith('#EXT-X-MEDIA:'))) {
    const { TYPE, URI, 'GROUP-ID': group = '' } = readAttributes(line);
    groups.add(group);
    if (TYPE === 'AUDIO' && URI) add(found, new URL(URI, url).href, 'audio');
  }
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith('#EXT-X-STREAM-INF:')) continue;
    const uri = lines[index + 1] ?? '';
    const attributes = readAttributes(line.slice(line.indexOf(':') + 1));
    checkVariant(attributes, uri, check);
    check(
      !attributes.AUDIO || groups.has(attributes.AUDIO),
      'audio-group',
      () => `no group ${attributes.AUDIO}`,
    );
    add(found, new URL(uri, url).href, attributes.RESOLUTION === undefined ? 'audio' : 'video');
  }
  check(found.size > 0, 'variants', () => 'there is nothing to play');
  return [...found.values()];
}

function checkVariant(
  attributes: Readonly<Record<string, string>>,
  uri: string,
  check: (holds: boolean, rule: string, detail: () => string) => void,
): void {
  for (const name of ['BANDWIDTH', 'AVERAGE-BANDWIDTH', 'CODECS']) {
    check(attributes[name] !== undefined, 'variant-attributes', () => `${uri} has no ${name}`);
  }
  const isPicture = /\b(avc|hvc|hev|av0)/.test(attributes.CODECS ?? '');
  if (!isPicture) return;
  check(attributes.RESOLUTION !== undefined, 'variant-attributes', () => `${uri} has no RESOLUTION`);
  check(attributes['FRAME-RATE'] !== undefined, 'variant-attributes', () => `${uri} has no FRAME-RATE`);
}

function add(found: Map<string, FoundRendition>, url: string, kind: FoundRendition['kind']): void {
  if (!found.has(url)) found.set(url, { url, kind });
}
