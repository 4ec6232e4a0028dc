import type { Problem } from '#contracts';

/** What a person is told of a refusal: the detail where the server gave one, else the title of its code. */
export function problemText(problem: Problem): string {
  if (problem.code === 'unavailable') return 'The server cannot be reached right now. Try again in a moment.';
  return problem.detail ?? problem.title;
}

/** The fault of one field of a form; `name` is its path below the body, such as `email` or `items.0.quantity`. */
export function fieldFault(problem: Problem | null | undefined, name: string): string | undefined {
  return problem?.faults?.find((fault) => fault.at === `body.${name}` || fault.at === name)?.message;
}
