import { useState } from 'react';
import { problemText } from '../core/api/problems.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { useForm } from './use-form.ts';
import { useServices } from './use-services.ts';

/** E-mail address and password. */
export function LogInForm({ onDone }: { onDone?: () => void }) {
  const { session } = useServices();
  const form = useForm(async (field) => {
    const problem = await session.logIn({ email: field('email'), password: field('password') });
    if (!problem) onDone?.();
    return problem;
  });
  return (
    <form className="stack" onSubmit={form.submit} noValidate>
      {form.problem && <Notice tone="bad">{problemText(form.problem)}</Notice>}
      <TextField
        label="E-mail address"
        name="email"
        type="email"
        autoComplete="username"
        required
        error={form.fault('email')}
      />
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        error={form.fault('password')}
      />
      <Button type="submit" look="primary" size="lg" wide busy={form.busy}>
        Log in
      </Button>
    </form>
  );
}

/** A name, an e-mail address, a password; nothing else is asked. */
export function SignUpForm({ onDone }: { onDone?: () => void }) {
  const { session } = useServices();
  const form = useForm(async (field) => {
    const problem = await session.signUp({
      displayName: field('displayName'),
      email: field('email'),
      password: field('password'),
    });
    if (!problem) onDone?.();
    return problem;
  });
  return (
    <form className="stack" onSubmit={form.submit} noValidate>
      {form.problem && <Notice tone="bad">{problemText(form.problem)}</Notice>}
      <TextField
        label="Name"
        name="displayName"
        autoComplete="nickname"
        required
        maxLength={40}
        hint="Others see it in the chat."
        error={form.fault('displayName')}
      />
      <TextField
        label="E-mail address"
        name="email"
        type="email"
        autoComplete="username"
        required
        error={form.fault('email')}
      />
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete="new-password"
        required
        minLength={10}
        hint="At least 10 characters."
        error={form.fault('password')}
      />
      <Button type="submit" look="primary" size="lg" wide busy={form.busy}>
        Open account
      </Button>
    </form>
  );
}

/** Both ways in, one at a time, for a place on a page that must not be left. */
export function EnterForms() {
  const [newcomer, setNewcomer] = useState(false);
  return (
    <div className="stack">
      {newcomer ? <SignUpForm /> : <LogInForm />}
      <Button look="quiet" onClick={() => setNewcomer(!newcomer)}>
        {newcomer ? 'I have an account' : 'Open an account'}
      </Button>
    </div>
  );
}
