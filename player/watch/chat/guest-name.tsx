import { useForm } from '../../app/use-form.ts';
import { useServices } from '../../app/use-services.ts';
import { problemText } from '../../core/api/problems.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';

/** A name for the chat, without an account. */
export function GuestName({ onClose }: { onClose: () => void }) {
  const { session } = useServices();
  const form = useForm(async (field) => {
    const problem = await session.beGuest(field('displayName'));
    if (!problem) onClose();
    return problem;
  });
  return (
    <Dialog open title="Chat as guest" onClose={onClose}>
      <form className="stack" onSubmit={form.submit}>
        {form.problem && <Notice tone="bad">{problemText(form.problem)}</Notice>}
        <TextField
          label="Name"
          name="displayName"
          required
          maxLength={40}
          autoComplete="nickname"
          hint="Others see it beside your lines."
          error={form.fault('displayName')}
        />
        <Button type="submit" look="primary" wide busy={form.busy}>
          Start chatting
        </Button>
      </form>
    </Dialog>
  );
}
