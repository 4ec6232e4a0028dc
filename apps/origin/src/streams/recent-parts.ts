/** Newest segments of each rendition whose parts stay in memory: viewers at the live edge read nothing else. */
const SEGMENTS_IN_MEMORY = 4;

/** Bytes of the newest parts, so that a part is answered without touching the disk. */
export class RecentParts {
  private readonly byRendition = new Map<string, Map<number, Buffer[]>>();

  /** Repeating it changes nothing. */
  add(rendition: string, msn: number, index: number, bytes: Buffer): void {
    let segments = this.byRendition.get(rendition);
    if (!segments) this.byRendition.set(rendition, (segments = new Map()));
    const parts = segments.get(msn);
    if (parts) {
      parts[index] = bytes;
      return;
    }
    const first: Buffer[] = [];
    first[index] = bytes;
    segments.set(msn, first);
    const oldest = segments.keys().next().value;
    if (segments.size > SEGMENTS_IN_MEMORY && oldest !== undefined) segments.delete(oldest);
  }

  part(rendition: string, msn: number, index: number): Buffer | undefined {
    return this.byRendition.get(rendition)?.get(msn)?.[index];
  }

  /** The first `count` parts of a segment, or undefined when one is not here (received before the process started). */
  segment(rendition: string, msn: number, count: number): Buffer[] | undefined {
    const parts = this.byRendition.get(rendition)?.get(msn);
    const found: Buffer[] = [];
    for (let index = 0; index < count; index++) {
      const part = parts?.[index];
      if (!part) return undefined;
      found.push(part);
    }
    return found;
  }
}
