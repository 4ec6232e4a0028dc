import type { CSSProperties } from 'react';
import './avatar.css';

interface AvatarProps {
  name: string;
  /** What the colour is drawn from: an id, so that two people with one name differ. */
  seed?: string;
  size?: number;
}

/** A person or a shop as initials on a colour that is always the same for them. */
export function Avatar({ name, seed = name, size = 36 }: AvatarProps) {
  const style = { '--hue': hueOf(seed), '--size': `${size}px` } as CSSProperties;
  return (
    <span className="avatar" style={style} aria-hidden="true">
      {initials(name)}
    </span>
  );
}

/** A stable hue (0-359) for an id; chat colours names with it too. FNV-1a and a final mix: neighbouring ids end up far apart. */
export function hueOf(seed: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < seed.length; at += 1) hash = Math.imul(hash ^ seed.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 12)) >>> 0) % 360;
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = [...(words[0] ?? '?')][0] ?? '?';
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : '';
  return (first + last).toUpperCase();
}
