import { useState } from 'react';
import { useNavigate } from 'react-router';
import { createShowEndpoint, type Problem } from '#contracts';
import { useForm } from '../../app/use-form.ts';
import { useServices } from '../../app/use-services.ts';
import { problemText } from '../../core/api/problems.ts';
import { newId } from '../../core/new-id.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { CheckField, SelectField, TextArea, TextField } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';

interface NewShowProps {
  open: boolean;
  shopId: string;
  onClose: () => void;
}

/** Announces a show and goes to its control room. */
export function NewShow({ open, shopId, onClose }: NewShowProps) {
  const { api } = useServices();
  const navigate = useNavigate();
  const [start] = useState(() => nextHour(new Date()));
  const form = useForm(async (field, data): Promise<Problem | null> => {
    const result = await api.call(createShowEndpoint, {
      params: { shopId },
      idempotencyKey: newId(),
      body: {
        title: field('title'),
        description: field('description'),
        startsAt: new Date(field('startsAt')).toISOString(),
        visibility: field('visibility') as 'public',
        goLive: data.has('practice') ? 'manual' : 'on_publish',
        guestChat: data.has('guestChat'),
      },
    });
    if (!result.ok) return result.problem;
    void navigate(`/studio/shows/${result.body.showId}`);
    return null;
  });
  return (
    <Dialog open={open} title="New show" onClose={onClose}>
      <form className="stack" onSubmit={form.submit}>
        {form.problem && <Notice tone="bad">{problemText(form.problem)}</Notice>}
        <TextField label="Title" name="title" required maxLength={140} error={form.fault('title')} />
        <TextField
          label="Starts"
          name="startsAt"
          type="datetime-local"
          required
          defaultValue={start}
          error={form.fault('startsAt')}
        />
        <TextArea
          label="What it is about"
          name="description"
          maxLength={5_000}
          error={form.fault('description')}
        />
        <SelectField
          label="Who sees it"
          name="visibility"
          options={[
            { value: 'public', label: 'Everybody' },
            { value: 'unlisted', label: 'Whoever has the address' },
            { value: 'private', label: 'Only people of the shop' },
          ]}
        />
        <CheckField
          name="practice"
          label="I go live with a button"
          hint="Without it the show is live with the first picture from your encoder."
        />
        <CheckField name="guestChat" label="Guests may write in the chat" defaultChecked />
        <Button type="submit" look="primary" size="lg" wide busy={form.busy}>
          Announce show
        </Button>
      </form>
    </Dialog>
  );
}

/** The next full hour as the value of a date-and-time field, in local time. */
function nextHour(now: Date): string {
  const next = new Date(now.getFullYear(), now.getMonth(), now.getDate(), now.getHours() + 1);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${next.getFullYear()}-${two(next.getMonth() + 1)}-${two(next.getDate())}T${two(next.getHours())}:00`;
}
