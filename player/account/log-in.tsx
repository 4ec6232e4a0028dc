import { Link, useNavigate, useSearchParams } from 'react-router';
import { useForm } from '../app/use-form.ts';
import { useServices } from '../app/use-services.ts';
import { problemText } from '../core/api/problems.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { EnterPage } from './enter-page.tsx';
import { safeReturn } from './safe-return.ts';

/** `/login`: e-mail address and password; goes back to where the visitor came from. */
export function LogIn() {
  const { session } = useServices();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const form = useForm(async (field) => {
    const problem = await session.logIn({ email: field('email'), password: field('password') });
    if (!problem) void navigate(safeReturn(search.get('to')), { replace: true });
    return problem;
  });
  return (
    <EnterPage
      title="Log in"
      lead={
        <>
          New here? <Link to={`/signup?${search}`}>Open an account</Link>
        </>
      }
    >
      <form className="stack" onSubmit={form.submit} noValidate>
        {form.problem && <Notice tone="bad">{problemText(form.problem)}</Notice>}
        <TextField
          label="E-mail address"
          name="email"
          type="email"
          autoComplete="username"
          autoFocus
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
    </EnterPage>
  );
}
