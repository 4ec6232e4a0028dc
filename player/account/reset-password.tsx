import { Link, useLocation, useNavigate } from 'react-router';
import { resetPasswordEndpoint } from '#contracts';
import { useForm } from '../app/use-form.ts';
import { useServices } from '../app/use-services.ts';
import { problemText } from '../core/api/problems.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { toast } from '../ui/toast.tsx';
import { EnterPage } from './enter-page.tsx';

/** `/reset-password#<token>`: a new password for somebody who lost theirs, with a link from the platform's staff. */
export function ResetPassword() {
  const token = useLocation().hash.slice(1);
  const { api } = useServices();
  const navigate = useNavigate();
  const form = useForm(async (field) => {
    const result = await api.call(resetPasswordEndpoint, {
      body: { token, newPassword: field('newPassword') },
    });
    if (!result.ok) return result.problem;
    toast('The password is changed. Log in with it.', 'good');
    void navigate('/login', { replace: true });
    return null;
  });
  return (
    <EnterPage
      title="Choose a new password"
      lead={
        <>
          You remember it? <Link to="/login">Log in</Link>
        </>
      }
    >
      <form className="stack" onSubmit={form.submit}>
        {form.problem && <Notice tone="bad">{problemText(form.problem)}</Notice>}
        <TextField
          label="New password"
          name="newPassword"
          type="password"
          autoComplete="new-password"
          required
          minLength={10}
          hint="At least 10 characters. Every device is logged out."
          error={form.fault('newPassword')}
        />
        <div>
          <Button type="submit" look="primary" busy={form.busy}>
            Change password
          </Button>
        </div>
      </form>
    </EnterPage>
  );
}
