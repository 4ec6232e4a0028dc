import { useCallback, useRef, useState } from 'react';
import type { CallResult, Problem } from '#contracts';
import { problemText } from '../core/api/problems.ts';
import { toast } from '../ui/toast.tsx';

export interface Action<Args extends unknown[], T> {
  /** Runs the act unless it is running; answers its value, or undefined when it was refused. */
  run: (...args: Args) => Promise<T | undefined>;
  busy: boolean;
  problem: Problem | null;
  clear: () => void;
}

/**
 * An act a person starts with a button or a form: one at a time, with its refusal at hand. Where the page shows the
 * refusal itself (`quiet`), there is no toast.
 */
export function useAction<Args extends unknown[], T>(
  act: (...args: Args) => Promise<CallResult<T>>,
  { quiet = false }: { quiet?: boolean } = {},
): Action<Args, T> {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const running = useRef(false);
  const run = async (...args: Args) => {
    if (running.current) return undefined;
    running.current = true;
    setBusy(true);
    setProblem(null);
    try {
      const result = await act(...args);
      if (result.ok) return result.body;
      setProblem(result.problem);
      if (!quiet) toast(problemText(result.problem), 'bad');
      return undefined;
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  return { run, busy, problem, clear: useCallback(() => setProblem(null), []) };
}
