import type { KeyboardEvent, RefObject } from 'react';
import type { Playback } from '../../core/playback/playback.ts';

const STEP_S = 10;

/**
 * Keys that players on the web share, while the focus is inside the picture (a press on it puts it there): k or space plays and
 * pauses, m mutes, f fills the screen, j and l or the arrows go ten seconds. Controls that use a key themselves keep it.
 */
export function stageKeys(playback: Playback, frame: RefObject<HTMLElement | null>) {
  return (event: KeyboardEvent<HTMLElement>): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target !== frame.current && event.key.length !== 1) return;
    if (event.target !== frame.current && event.key === ' ') return;
    if ((event.target as HTMLElement).closest('dialog, [role="menu"]')) return;
    const act = actOf(event.key, playback, frame);
    if (!act) return;
    event.preventDefault();
    act();
  };
}

/** Plays what stands still, stops what plays. */
export function togglePlay(playback: Playback): void {
  const { status } = playback.get();
  if (status === 'playing' || status === 'buffering') playback.pause();
  else void playback.play();
}

function actOf(
  key: string,
  playback: Playback,
  frame: RefObject<HTMLElement | null>,
): (() => void) | undefined {
  const go = (by: number) => playback.seek(playback.get().position + by);
  switch (key) {
    case 'k':
    case ' ':
      return () => togglePlay(playback);
    case 'm':
      return () => playback.setMuted(!playback.get().muted);
    case 'f':
      return () => toggleFullScreen(frame);
    case 'j':
    case 'ArrowLeft':
      return () => go(-STEP_S);
    case 'l':
    case 'ArrowRight':
      return () => go(STEP_S);
    default:
      return undefined;
  }
}

function toggleFullScreen(frame: RefObject<HTMLElement | null>): void {
  const done = document.fullscreenElement ? document.exitFullscreen() : frame.current?.requestFullscreen();
  done?.catch(() => undefined);
}
