import { Link, useNavigate, useSearchParams } from 'react-router';
import { SignUpForm } from '../app/log-in-form.tsx';
import { EnterPage } from './enter-page.tsx';
import { safeReturn } from './safe-return.ts';

/** `/signup`: opens an account and goes on. */
export function SignUp() {
  const navigate = useNavigate();
  const [search] = useSearchParams();
  return (
    <EnterPage
      title="Open an account"
      lead={
        <>
          You have one? <Link to={`/login?${search}`}>Log in</Link>
        </>
      }
    >
      <SignUpForm onDone={() => void navigate(safeReturn(search.get('to')), { replace: true })} />
    </EnterPage>
  );
}
