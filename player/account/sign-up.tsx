import { Link, useNavigate, useSearchParams } from 'react-router';
import { useForm } from '../app/use-form.ts';
import { useServices } from '../app/use-services.ts';
import { problemText } from '../core/api/problems.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { EnterPage } from './enter-page.tsx';
import { safeReturn } from './safe-return.ts';

/** `/signup`: a name, an e-mail address, a password; nothing else is asked. */
export function SignUp() {
  const { session } = useServices();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const form = useForm(async (field) => {
    const problem = await session.signUp({
      displayName: field('displayName'),
      email: field('email'),
      password: field('password'),
    });
    if (!problem) void navigate(safeReturn(search.get('to')), { replace: true });
    return problem;
  });
  return (
    <EnterPage
      title="Open an account"
      lead={
        <>
          You have one? <Link to={`/login?${search}`}>Log in</Link>
        </>
      }
    >
      <form className="stack" onSubmit={form.submit} noValidate>
        {form.problem && <Notice tone="bad">{problemText(form.problem)}</Notice>}
        <TextField
          label="Name"
          name="displayName"
          autoComplete="nickname"
          autoFocus
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
    </EnterPage>
  );
}
