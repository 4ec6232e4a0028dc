import { Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { deleteShowEndpoint, updateShowEndpoint, type Problem } from '#contracts';
import { useAction } from '../app/use-action.ts';
import { useForm } from '../app/use-form.ts';
import { useServices } from '../app/use-services.ts';
import { problemText } from '../core/api/problems.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Notice } from '../ui/notice.tsx';
import { toast } from '../ui/toast.tsx';
import { beginningFromFields, ShowFields, showFromFields } from './home/show-fields.tsx';
import { useStudio } from './studio-context.ts';
import { useMay } from './use-my-shops.ts';

/** Changes what is said of a show and who sees it, or deletes it. */
export function EditShow() {
  const { show } = useStudio();
  const may = useMay(show.shopId);
  const [open, setOpen] = useState<'form' | 'delete' | null>(null);
  if (!may('shows:write')) return null;
  const close = () => setOpen(null);
  return (
    <>
      <Button icon={<Pencil />} onClick={() => setOpen('form')}>
        Edit show
      </Button>
      {open === 'form' && <ShowForm onClose={close} onDelete={() => setOpen('delete')} />}
      {open === 'delete' && <DeleteShow onClose={close} />}
    </>
  );
}

function ShowForm({ onClose, onDelete }: { onClose: () => void; onDelete: () => void }) {
  const { show, reload } = useStudio();
  const { api } = useServices();
  const form = useForm(async (field, data): Promise<Problem | null> => {
    const begun = show.state !== 'scheduled';
    const result = await api.call(updateShowEndpoint, {
      params: { showId: show.showId },
      body: {
        ...showFromFields(field, data),
        ...(begun ? {} : beginningFromFields(field, data, show.startsAt)),
        version: show.version,
      },
    });
    if (!result.ok) {
      if (result.problem.code === 'conflict') reload(); // somebody else changed it: the next press is on what is there now
      return result.problem;
    }
    toast('Saved', 'good');
    reload();
    onClose();
    return null;
  });
  const onAir = show.state === 'live' || show.state === 'paused';
  return (
    <Dialog open title="Edit show" onClose={onClose}>
      <form className="stack" onSubmit={form.submit}>
        {form.problem && <Notice tone="bad">{problemText(form.problem)}</Notice>}
        <ShowFields form={form} show={show} />
        <Button type="submit" look="primary" size="lg" wide busy={form.busy}>
          Save show
        </Button>
        {!onAir && (
          <Button look="danger" icon={<Trash2 />} onClick={onDelete}>
            Delete show
          </Button>
        )}
      </form>
    </Dialog>
  );
}

function DeleteShow({ onClose }: { onClose: () => void }) {
  const { show } = useStudio();
  const { api } = useServices();
  const navigate = useNavigate();
  const remove = useAction(async () => {
    const result = await api.call(deleteShowEndpoint, { params: { showId: show.showId } });
    return result.ok ? { ...result, body: true } : result;
  });
  const confirm = async () => {
    if (!(await remove.run())) return;
    toast(`“${show.title}” was deleted.`, 'good');
    void navigate('/studio');
  };
  return (
    <Dialog
      open
      title="Delete the show?"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button look="danger" busy={remove.busy} onClick={() => void confirm()}>
            Delete show
          </Button>
        </>
      }
    >
      <p>
        {show.state === 'ended'
          ? 'Its recording, chat and clips are removed for good. Orders stay as they are.'
          : 'Its page is removed, and who waits for it is not told. Planned sales end with it.'}
      </p>
    </Dialog>
  );
}
