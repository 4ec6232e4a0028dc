/** What ffmpeg reports of its own pace. */
export interface Progress {
  frames: number;
  droppedFrames: number;
  duplicatedFrames: number;
  /** Multiples of real time. */
  speed: number | undefined;
  /** The report that ends a process. */
  isLast: boolean;
}

/** Reads the `key=value` blocks of ffmpeg's `-progress`, however they are cut. */
export class ProgressReader {
  private rest = '';
  private fields = new Map<string, string>();

  push(text: string): Progress[] {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    const reports: Progress[] = [];
    for (const line of lines) {
      const [key = '', value = ''] = line.split('=', 2);
      this.fields.set(key.trim(), value.trim());
      if (key !== 'progress') continue;
      reports.push(this.report(value.trim() === 'end'));
      this.fields = new Map();
    }
    return reports;
  }

  private report(isLast: boolean): Progress {
    const speed = Number.parseFloat(this.fields.get('speed') ?? '');
    return {
      frames: this.count('frame'),
      droppedFrames: this.count('drop_frames'),
      duplicatedFrames: this.count('dup_frames'),
      speed: Number.isFinite(speed) ? speed : undefined,
      isLast,
    };
  }

  private count(name: string): number {
    const value = Number(this.fields.get(name));
    return Number.isFinite(value) ? value : 0;
  }
}
