import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse, setOptions } from 'hls-parser';
import { renderDateRange } from './date-range.ts';
import { decideReload, parseDirectives } from './delivery-directives.ts';
import type { MediaPlaylist, PlaylistSegment } from './media-playlist.ts';
import { renderMultivariant } from './multivariant.ts';
import { countSkippable, renderMediaPlaylist } from './render-media-playlist.ts';

const NOON = Date.UTC(2026, 10, 20, 12);
setOptions({ strictMode: true, silent: true });

function segment(msn: number, parts: number, more: Partial<PlaylistSegment> = {}): PlaylistSegment {
  return {
    uri: `a-${msn}.m4s`,
    duration: 2,
    parts: Array.from({ length: parts }, (_, index) => ({
      uri: `a-${msn}.${index}.m4s`,
      duration: 0.5,
      independent: index === 0,
    })),
    pdt: NOON + msn * 2_000,
    discontinuity: false,
    map: 'a-init.mp4',
    ...more,
  };
}

const lowLatency = { partTarget: 0.5, partHoldBack: 1.5 };

const live: MediaPlaylist = {
  targetDuration: 3,
  lowLatency,
  canSkipUntil: 18,
  mediaSequence: 7,
  discontinuitySequence: 2,
  segments: [
    segment(7, 0),
    segment(8, 4),
    segment(9, 4, { discontinuity: true, map: 'b-init.mp4', uri: 'b-9.m4s' }),
    segment(10, 2, { duration: undefined, map: 'b-init.mp4' }),
  ],
  preloadHint: 'b-10.2.m4s',
  reports: [{ uri: '../audio/live.m3u8', lastMsn: 10, lastPart: 1 }],
  dateRanges: [
    {
      id: 'log-5',
      class: 'showfloor.pinned',
      startMs: NOON + 17_000,
      data: { SEQ: 5, TITLE: 'Cup "blue"\n' },
    },
  ],
  ended: false,
};

describe('a live playlist', () => {
  it('is written as the specification asks', () => {
    expect(renderMediaPlaylist(live)).toBe(`#EXTM3U
#EXT-X-VERSION:10
#EXT-X-TARGETDURATION:3
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.50000,CAN-SKIP-UNTIL=18.00000,CAN-SKIP-DATERANGES=YES
#EXT-X-PART-INF:PART-TARGET=0.50000
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-DISCONTINUITY-SEQUENCE:2
#EXT-X-DATERANGE:ID="log-5",CLASS="showfloor.pinned",START-DATE="2026-11-20T12:00:17.000Z",X-SEQ=5,X-TITLE="Cup 'blue' "
#EXT-X-MAP:URI="a-init.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-11-20T12:00:14.000Z
#EXTINF:2.00000,
a-7.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-11-20T12:00:16.000Z
#EXT-X-PART:DURATION=0.50000,URI="a-8.0.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.50000,URI="a-8.1.m4s"
#EXT-X-PART:DURATION=0.50000,URI="a-8.2.m4s"
#EXT-X-PART:DURATION=0.50000,URI="a-8.3.m4s"
#EXTINF:2.00000,
a-8.m4s
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="b-init.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-11-20T12:00:18.000Z
#EXT-X-PART:DURATION=0.50000,URI="a-9.0.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.50000,URI="a-9.1.m4s"
#EXT-X-PART:DURATION=0.50000,URI="a-9.2.m4s"
#EXT-X-PART:DURATION=0.50000,URI="a-9.3.m4s"
#EXTINF:2.00000,
b-9.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-11-20T12:00:20.000Z
#EXT-X-PART:DURATION=0.50000,URI="a-10.0.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.50000,URI="a-10.1.m4s"
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="b-10.2.m4s"
#EXT-X-RENDITION-REPORT:URI="../audio/live.m3u8",LAST-MSN=10,LAST-PART=1
`);
  });

  it('is closed by the end, with nothing promised after it', () => {
    const text = renderMediaPlaylist({ ...live, ended: true });
    expect(text.endsWith('#EXT-X-ENDLIST\n')).toBe(true);
    expect(text).not.toContain('PRELOAD-HINT');
    expect(text).not.toContain('RENDITION-REPORT');
  });

  it('leaves out in a delta update exactly what lies behind the skip boundary', () => {
    const segments = Array.from({ length: 40 }, (_, index) => segment(index, 0));
    const playlist = { ...live, mediaSequence: 0, discontinuitySequence: 0, segments };
    // 9 segments of 2 s reach 18 s back; the tenth from the end is the first that lies further away.
    expect(countSkippable(playlist)).toBe(30);
    const text = renderMediaPlaylist(playlist, 'all');
    expect(text).toContain('#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-SKIP:SKIPPED-SEGMENTS=30\n');
    expect(text).not.toContain('a-29.m4s');
    expect(text).toContain('#EXT-X-PROGRAM-DATE-TIME:2026-11-20T12:01:00.000Z\n#EXTINF:2.00000,\na-30.m4s');
    expect(text).not.toContain('EXT-X-MAP');
    expect(text).not.toContain('EXT-X-DATERANGE');
    expect(renderMediaPlaylist(playlist, 'segments')).toContain('EXT-X-DATERANGE');
    expect(renderMediaPlaylist({ ...playlist, segments: segments.slice(0, 9) }, 'all')).not.toContain(
      'EXT-X-SKIP',
    );
  });

  it('satisfies a strict parser, whatever it holds', () => {
    const part = fc.record({ duration: fc.integer({ min: 85, max: 100 }), independent: fc.boolean() });
    const closed = fc.record({
      parts: fc.array(part, { minLength: 1, maxLength: 6 }),
      discontinuity: fc.boolean(),
      map: fc.constantFrom('a-init.mp4', 'b-init.mp4'),
    });
    const playlists = fc.record({
      segments: fc.array(closed, { minLength: 1, maxLength: 12 }),
      open: fc.boolean(),
      first: fc.integer({ min: 0, max: 1e9 }),
      discontinuities: fc.nat(50),
    });
    fc.assert(
      fc.property(playlists, ({ segments, open, first, discontinuities }) => {
        const rows = segments.map((row, index): PlaylistSegment => {
          const parts = row.parts.map((value, at) => ({
            uri: `x-${index}.${at}.m4s`,
            duration: value.duration / 200,
            independent: value.independent,
          }));
          const last = index === segments.length - 1;
          return segment(index, 0, {
            parts: index >= segments.length - (open ? 3 : 2) ? parts : [],
            duration: last && open ? undefined : parts.reduce((sum, { duration }) => sum + duration, 0),
            discontinuity: row.discontinuity,
            map: row.map,
          });
        });
        const text = renderMediaPlaylist({
          ...live,
          mediaSequence: first,
          discontinuitySequence: discontinuities,
          segments: rows,
        });
        const parsed = parse(text);
        if (parsed.isMasterPlaylist) throw new Error('read as a multivariant playlist');
        expect(parsed.mediaSequenceBase).toBe(first);
        expect(parsed.discontinuitySequenceBase ?? 0).toBe(discontinuities);
        expect(parsed.segments.filter(({ uri }) => uri).map(({ uri }) => uri)).toEqual(
          rows.filter(({ duration }) => duration !== undefined).map(({ uri }) => uri),
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe('a finished playlist', () => {
  it('is plain', () => {
    const { lowLatency: _low, canSkipUntil: _skip, ...plain } = live;
    const vod = {
      ...plain,
      type: 'VOD' as const,
      ended: true,
      segments: [segment(0, 0), segment(1, 0, { gap: true })],
    };
    expect(renderMediaPlaylist({ ...vod, mediaSequence: 0, discontinuitySequence: 0, dateRanges: [] }))
      .toBe(`#EXTM3U
#EXT-X-VERSION:6
#EXT-X-TARGETDURATION:3
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-MAP:URI="a-init.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-11-20T12:00:00.000Z
#EXTINF:2.00000,
a-0.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-11-20T12:00:02.000Z
#EXT-X-GAP
#EXTINF:2.00000,
a-1.m4s
#EXT-X-ENDLIST
`);
  });
});

describe('a multivariant playlist', () => {
  it('names every rung with what it is', () => {
    const text = renderMultivariant({
      audio: [{ group: 'sound', name: 'Sound', uri: 'audio/live.m3u8', default: true, channels: 2 }],
      variants: [
        {
          uri: 'source/live.m3u8',
          bandwidth: 2_600_000.4,
          averageBandwidth: 2_100_000,
          codecs: ['avc1.64001f', 'mp4a.40.2'],
          resolution: { width: 1280, height: 720 },
          frameRate: 29.97,
          audio: 'sound',
          name: '720p',
        },
        { uri: 'audio/live.m3u8', bandwidth: 128_000, codecs: ['mp4a.40.2'], audio: 'sound' },
      ],
    });
    expect(text).toBe(`#EXTM3U
#EXT-X-VERSION:10
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="audio/live.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=2600001,AVERAGE-BANDWIDTH=2100000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=29.970,AUDIO="sound",NAME="720p"
source/live.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=128000,CODECS="mp4a.40.2",AUDIO="sound"
audio/live.m3u8
`);
    expect(parse(text).isMasterPlaylist).toBe(true);
  });
});

describe('date ranges', () => {
  it('may last, or last until the next', () => {
    const range = { id: '1', class: 'c', startMs: NOON };
    expect(renderDateRange({ ...range, durationS: 12.5 })).toContain('DURATION=12.50000');
    expect(renderDateRange({ ...range, endOnNext: true })).toContain('END-ON-NEXT=YES');
    expect(() => renderDateRange({ ...range, data: { 'bad name': 1 } })).toThrow('no attribute name');
  });
});

describe('delivery directives', () => {
  it('are read from a query', () => {
    expect(parseDirectives({ _HLS_msn: '12', _HLS_part: '3', _HLS_skip: 'v2', other: 'x' })).toEqual({
      kind: 'directives',
      directives: { msn: 12, part: 3, skip: 'all' },
    });
    expect(parseDirectives({})).toEqual({ kind: 'directives', directives: { skip: 'none' } });
    for (const query of [
      { _HLS_part: '1' },
      { _HLS_msn: '-1' },
      { _HLS_msn: '1.5' },
      { _HLS_msn: ['1', '2'] },
    ]) {
      expect(parseDirectives(query).kind).toBe('invalid');
    }
  });

  const open = { lastMsn: 10, partCount: 3, closed: false, ended: false };
  const closed = { ...open, closed: true };
  it.each([
    ['nothing asked', {}, open, 'answer'],
    ['a segment long gone', { msn: 1 }, open, 'answer'],
    ['the newest segment, still open', { msn: 10 }, open, 'wait'],
    ['the newest segment, closed', { msn: 10 }, closed, 'answer'],
    ['a part that is there', { msn: 10, part: 2 }, open, 'answer'],
    ['the next part', { msn: 10, part: 3 }, open, 'wait'],
    ['a part past the end of a closed segment: part 0 of the next', { msn: 10, part: 3 }, closed, 'wait'],
    ['a part past the end of an older segment', { msn: 9, part: 7 }, open, 'answer'],
    ['the next segment', { msn: 11 }, open, 'wait'],
    ['two segments ahead', { msn: 12 }, open, 'wait'],
    ['three segments ahead', { msn: 13 }, open, 'refuse'],
    ['six parts ahead', { msn: 10, part: 8 }, open, 'wait'],
    ['seven parts ahead', { msn: 10, part: 9 }, open, 'refuse'],
    ['anything after the end', { msn: 99, part: 9 }, { ...open, ended: true }, 'answer'],
  ] as const)('%s', (_name, directives, position, decision) => {
    expect(decideReload({ skip: 'none', ...directives }, position, 0.5)).toBe(decision);
  });

  it('never make a client wait for what it was already given', () => {
    const positions = fc.record({
      lastMsn: fc.nat(1_000),
      partCount: fc.integer({ min: 1, max: 8 }),
      closed: fc.boolean(),
    });
    fc.assert(
      fc.property(positions, fc.nat(1_002), fc.nat(10), (position, msn, part) => {
        const now = { ...position, ended: false };
        const decision = decideReload({ skip: 'none', msn, part }, now, 0.5);
        const given = msn < now.lastMsn || (msn === now.lastMsn && part < now.partCount);
        expect(decision === 'answer').toBe(given);
      }),
    );
  });
});
