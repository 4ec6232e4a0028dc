import ffmpeg from 'fluent-ffmpeg';

/** What the argument lists use. */
const ENCODERS = ['libx264', 'aac'];
const FORMATS = ['flv', 'mp4'];
/** fluent-ffmpeg does not read the lines of filters with a changing number of pads (`select`, `split`). */
const FILTERS = ['aresample', 'loop', 'scale'];

/** What this machine's ffmpeg lacks, each in words; empty when it will do. Also warms fluent-ffmpeg's own cache. */
export async function missingFromFfmpeg(): Promise<string[]> {
  try {
    const [encoders, formats, filters] = await Promise.all([
      ask<Record<string, unknown>>((done) => ffmpeg().getAvailableEncoders(done)),
      ask<Record<string, unknown>>((done) => ffmpeg().getAvailableFormats(done)),
      ask<Record<string, unknown>>((done) => ffmpeg().getAvailableFilters(done)),
    ]);
    return [
      ...ENCODERS.filter((name) => !(name in encoders)).map((name) => `encoder ${name}`),
      ...FORMATS.filter((name) => !(name in formats)).map((name) => `format ${name}`),
      ...FILTERS.filter((name) => !(name in filters)).map((name) => `filter ${name}`),
    ];
  } catch (error) {
    return [`ffmpeg itself: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function ask<T>(call: (done: (error: Error | null, answer: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, answer) => (error ? reject(error) : resolve(answer)));
  });
}
