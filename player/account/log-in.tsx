import { Link, useNavigate, useSearchParams } from 'react-router';
import { LogInForm } from '../app/log-in-form.tsx';
import { EnterPage } from './enter-page.tsx';
import { safeReturn } from './safe-return.ts';

/** `/login`: goes back to where the visitor came from. */
export function LogIn() {
  const navigate = useNavigate();
  const [search] = useSearchParams();
  return (
    <EnterPage
      title="Log in"
      lead={
        <>
          New here? <Link to={`/signup?${search}`}>Open an account</Link>
        </>
      }
    >
      <LogInForm onDone={() => void navigate(safeReturn(search.get('to')), { replace: true })} />
    </EnterPage>
  );
}
