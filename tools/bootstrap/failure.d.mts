/** Something that a person has to put right: one sentence what is wrong, one what to do. Printed without a stack. */
export class Failure extends Error {
  constructor(what: string, remedy: string);
}
/** What is printed for an error: the two sentences of a failure, a full disk by name, the stack of anything unexpected. */
export function explain(error: unknown): string;
/** The failure for a disk without space. */
export function diskFull(where?: string): Failure;
