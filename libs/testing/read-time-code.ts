import { TIME_CODE_BITS } from './publisher.ts';

/** One frame as the page showed it, times in milliseconds. */
export interface ShownFrame {
  /** When it was shown. */
  shownAt: number;
  /** What the publisher's clock said when it was drawn, modulo 2^20. */
  drawnAt: number;
  width: number;
}

/** The state that the page keeps for us. */
export interface Measured {
  frames: ShownFrame[];
  /** When frames were shown that no publisher drew: the slate. */
  others: number[];
  stalls: number;
}

/**
 * Runs in the page: reads the squares along the top edge of every frame that is shown. As text, because it is compiled for
 * nobody and runs in a browser. Squares are as wide as the picture divided by their number, rounded down at 1280 points.
 */
export const MEASURE_IN_PAGE = `(() => {
  const video = document.querySelector('video');
  const bits = ${TIME_CODE_BITS};
  const state = { frames: [], others: [], stalls: 0 };
  window.__latency = state;
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  video.addEventListener('waiting', () => { state.stalls += 1; });
  const read = (_now, frame) => {
    const side = Math.floor(1280 / (bits + 2)) * (video.videoWidth / 1280);
    canvas.width = video.videoWidth;
    canvas.height = Math.max(1, Math.floor(side));
    context.drawImage(video, 0, 0, video.videoWidth, canvas.height, 0, 0, canvas.width, canvas.height);
    const row = context.getImageData(0, Math.floor(canvas.height / 2), canvas.width, 1).data;
    const bright = (column) => row[4 * Math.floor((column + 0.5) * side)] > 128;
    const shownAt = performance.timeOrigin + frame.expectedDisplayTime;
    if (bright(0) && !bright(1)) {
      let drawnAt = 0;
      for (let bit = 0; bit < bits; bit += 1) drawnAt = drawnAt * 2 + (bright(bit + 2) ? 1 : 0);
      state.frames.push({ shownAt, drawnAt, width: video.videoWidth });
    } else state.others.push(shownAt);
    video.requestVideoFrameCallback(read);
  };
  video.requestVideoFrameCallback(read);
})()`;

/** From the drawing of each frame to its showing, milliseconds. */
export function delaysOf(frames: readonly ShownFrame[]): number[] {
  const cycle = 2 ** TIME_CODE_BITS;
  return frames.map(({ shownAt, drawnAt }) => (((shownAt - drawnAt) % cycle) + cycle) % cycle);
}
