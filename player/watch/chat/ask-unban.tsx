import { useState } from 'react';
import { askUnbanEndpoint } from '#contracts';
import { useForm } from '../../app/use-form.ts';
import { useServices } from '../../app/use-services.ts';
import { problemText } from '../../core/api/problems.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextArea } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { toast } from '../../ui/toast.tsx';
import { useWatch } from '../watch-context.ts';

/** Lets somebody who was muted or banned ask the moderators once. */
export function AskUnban() {
  const { show } = useWatch();
  const { api } = useServices();
  const [asking, setAsking] = useState(false);
  const form = useForm(async (field) => {
    const result = await api.call(askUnbanEndpoint, {
      params: { shopId: show.shopId },
      body: { message: field('message') },
    });
    if (!result.ok) return result.problem;
    setAsking(false);
    toast('A moderator will read it.', 'good');
    return null;
  });
  return (
    <>
      <Button size="sm" onClick={() => setAsking(true)}>
        Ask to come back
      </Button>
      <Dialog open={asking} title="Ask to come back" onClose={() => setAsking(false)}>
        <form className="stack" onSubmit={form.submit}>
          {form.problem && <Notice tone="bad">{problemText(form.problem)}</Notice>}
          <TextArea
            label="What do you want to say to the moderators?"
            name="message"
            required
            maxLength={500}
            error={form.fault('message')}
          />
          <Button type="submit" look="primary" wide busy={form.busy}>
            Send
          </Button>
        </form>
      </Dialog>
    </>
  );
}
