/** Whether repeating helps: never, after a while, or the very same request again at once. */
export type Retry = 'no' | 'later' | 'same';

/** One expected refusal: the HTTP status it travels with, a title for people, and whether a retry helps. */
export interface ErrorDefinition {
  status: number;
  title: string;
  retry: Retry;
}

/** Declares a context's error codes; keys are the codes, stable for ever. */
export function defineErrors<const T extends Record<string, ErrorDefinition>>(errors: T): T {
  return errors;
}
