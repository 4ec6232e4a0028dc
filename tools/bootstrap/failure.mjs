/** Something that a person has to put right: one sentence what is wrong, one what to do. Printed without a stack. */
export class Failure extends Error {
  constructor(what, remedy) {
    super(`${what}\n${remedy}`);
    this.name = 'Failure';
  }
}

/** What is printed for an error: the two sentences of a failure, a full disk by name, the stack of anything unexpected. */
export function explain(error) {
  if (error instanceof Failure || error?.name === 'Failure') return error.message;
  if (isDiskFull(error)) return diskFull().message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The failure for a disk without space. */
export function diskFull(where = process.cwd()) {
  return new Failure(
    `The disk that holds ${where} is full.`,
    'Free at least 2 GB there (packages, builds, recordings under .data/), then run the command again.',
  );
}

/** Whether an error, or its cause, came from a full disk. */
export function isDiskFull(error) {
  return /ENOSPC|No space left on device/i.test(`${error?.code} ${error?.message} ${error?.cause?.message}`);
}
