import { useNavigate } from 'react-router';
import { createShowEndpoint, type Problem } from '#contracts';
import { useForm } from '../../app/use-form.ts';
import { useServices } from '../../app/use-services.ts';
import { problemText } from '../../core/api/problems.ts';
import { newId } from '../../core/new-id.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Notice } from '../../ui/notice.tsx';
import { beginningFromFields, ShowFields, showFromFields } from './show-fields.tsx';

interface NewShowProps {
  open: boolean;
  shopId: string;
  onClose: () => void;
}

/** Announces a show and goes to its control room. */
export function NewShow({ open, shopId, onClose }: NewShowProps) {
  const { api } = useServices();
  const navigate = useNavigate();
  const form = useForm(async (field, data): Promise<Problem | null> => {
    const result = await api.call(createShowEndpoint, {
      params: { shopId },
      idempotencyKey: newId(),
      body: { ...showFromFields(field, data), ...beginningFromFields(field, data) },
    });
    if (!result.ok) return result.problem;
    void navigate(`/studio/shows/${result.body.showId}`);
    return null;
  });
  return (
    <Dialog open={open} title="New show" onClose={onClose}>
      <form className="stack" onSubmit={form.submit}>
        {form.problem && <Notice tone="bad">{problemText(form.problem)}</Notice>}
        <ShowFields form={form} />
        <Button type="submit" look="primary" size="lg" wide busy={form.busy}>
          Announce show
        </Button>
      </form>
    </Dialog>
  );
}
