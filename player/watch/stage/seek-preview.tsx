import { useEffect, useState } from 'react';
import { formatPosition } from '../../core/duration.ts';
import { parseStoryboard, tileAt, type Tile } from '../../core/playback/storyboard.ts';
import './seek-preview.css';

/** The storyboard of a show that still runs grows; one that was read this long ago is read again. */
const FRESH_MS = 30_000;

let read: { url: string; at: number; tiles: Promise<readonly Tile[]> } | null = null;

interface SeekPreviewProps {
  /** Address of the storyboard. */
  url: string;
  /** Seconds of the recording. */
  at: number;
  /** Where on the seek bar, 0 to 1. */
  share: number;
  /** What the moment is about. */
  title: string | undefined;
}

/** What the picture shows at the place of the seek bar that the pointer is over. */
export function SeekPreview({ url, at, share, title }: SeekPreviewProps) {
  const tiles = useTiles(url);
  const tile = tileAt(tiles, at);
  return (
    <span className="seek-preview" style={{ '--share': share } as React.CSSProperties} aria-hidden="true">
      {tile && <TilePicture tile={tile} />}
      <span className="seek-preview__time num">
        {title && `${title} · `}
        {formatPosition(at)}
      </span>
    </span>
  );
}

function TilePicture({ tile }: { tile: Tile }) {
  const { width, height, x, y, url } = tile;
  return (
    <span
      className="seek-preview__picture"
      style={{
        backgroundImage: `url("${url}")`,
        ...(width && height
          ? { width, height, backgroundPosition: `${-x}px ${-y}px` }
          : { backgroundSize: 'contain' }),
      }}
    />
  );
}

function useTiles(url: string): readonly Tile[] {
  const [tiles, setTiles] = useState<readonly Tile[]>([]);
  useEffect(() => {
    let left = false;
    const take = (known: readonly Tile[]) => !left && setTiles(known);
    void tilesOf(url).then(take);
    return () => {
      left = true;
    };
  }, [url]);
  return tiles;
}

function tilesOf(url: string): Promise<readonly Tile[]> {
  if (read?.url !== url || Date.now() - read.at > FRESH_MS)
    read = { url, at: Date.now(), tiles: load(url).catch(() => []) };
  return read.tiles;
}

async function load(url: string): Promise<readonly Tile[]> {
  const answer = await fetch(url);
  return answer.ok ? parseStoryboard(await answer.text(), url) : [];
}
