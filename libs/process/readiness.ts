/** What must answer before a process may be given work. */
export interface Readiness {
  add(name: string, check: () => Promise<void> | void): void;
  /** Runs all checks, each bounded to 2 s; `faults` names those that failed. */
  check(): Promise<{ ready: boolean; faults: Record<string, string> }>;
}

const CHECK_TIMEOUT_MS = 2_000;

/** Makes an empty readiness: with no checks a process is ready. */
export function createReadiness(): Readiness {
  const checks = new Map<string, () => Promise<void> | void>();
  return {
    add: (name, check) => void checks.set(name, check),
    async check() {
      const faults: Record<string, string> = {};
      await Promise.all(
        [...checks].map(async ([name, check]) => {
          try {
            await within(CHECK_TIMEOUT_MS, Promise.resolve().then(check));
          } catch (error) {
            faults[name] = error instanceof Error ? error.message : String(error);
          }
        }),
      );
      return { ready: Object.keys(faults).length === 0, faults };
    },
  };
}

/** `work`, or a rejection after `timeoutMs`. */
export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      work,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
