import { useRef, useState } from 'react';
import type { FormEvent } from 'react';
import type { Problem } from '#contracts';
import { fieldFault } from '../core/api/problems.ts';

export interface Form {
  submit: (event: FormEvent<HTMLFormElement>) => void;
  busy: boolean;
  /** The refusal as a whole; null while its faults stand at their fields. */
  problem: Problem | null;
  fault: (name: string) => string | undefined;
}

type Read = (name: string) => string;

/**
 * A form that the browser holds the values of: `send` reads them by name and answers the refusal, or null. Faults
 * that name a field are shown there and the first of them gets the focus.
 */
export function useForm(send: (read: Read, data: FormData) => Promise<Problem | null>): Form {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [atField, setAtField] = useState(false);
  const running = useRef(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (running.current) return;
    const form = event.currentTarget;
    const data = new FormData(form);
    running.current = true;
    setBusy(true);
    try {
      const refused = await send((name) => String(data.get(name) ?? ''), data);
      setProblem(refused);
      setAtField(refused !== null && focusFirstFault(form, refused));
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  return {
    submit: (event) => void submit(event),
    busy,
    problem: atField ? null : problem,
    fault: (name) => fieldFault(problem, name),
  };
}

/** Whether a fault stands at a field of this form; that field gets the focus. */
function focusFirstFault(form: HTMLFormElement, problem: Problem): boolean {
  const named = [...form.elements].find(
    (element) =>
      'name' in element &&
      typeof element.name === 'string' &&
      element.name &&
      fieldFault(problem, element.name),
  );
  if (!(named instanceof HTMLElement)) return false;
  named.focus();
  return true;
}
