import { useState } from 'react';
import {
  createInvitationEndpoint,
  listInvitationsEndpoint,
  revokeInvitationEndpoint,
  type ShopRole,
} from '#contracts';
import { useAction } from '../../app/use-action.ts';
import { useForm } from '../../app/use-form.ts';
import { useResource } from '../../app/use-resource.ts';
import { useServices } from '../../app/use-services.ts';
import { problemText } from '../../core/api/problems.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useShop } from '../shop-context.ts';
import { when } from '../words.ts';
import { ROLES } from './roles.ts';

/** Invites people by a link, which is shown once, and lists the links that are still open. */
export function InvitationsCard() {
  const { api } = useServices();
  const params = { shopId: useShop().shopId };
  const open = useResource(listInvitationsEndpoint, { params });
  const [link, setLink] = useState<string | null>(null);
  const form = useForm(async (field) => {
    const body = { role: field('role') as ShopRole, note: field('note') };
    const result = await api.call(createInvitationEndpoint, { params, body });
    if (!result.ok) return result.problem;
    setLink(result.body.url);
    open.reload();
    return null;
  });
  const withdraw = useAction((invitationId: string) =>
    api.call(revokeInvitationEndpoint, { params: { ...params, invitationId } }),
  );
  return (
    <Card title="Invite somebody">
      <form className="stack" onSubmit={form.submit}>
        {form.problem && <Notice tone="bad">{problemText(form.problem)}</Notice>}
        <SelectField label="Role" name="role" defaultValue="host" options={ROLES} />
        <TextField label="For whom" name="note" maxLength={120} hint="Only for you to tell links apart." />
        <div>
          <Button type="submit" look="primary" busy={form.busy}>
            Make a link
          </Button>
        </div>
      </form>
      {link && (
        <TextField
          label="Send this link to one person"
          hint="It works once, for seven days, and is not shown again."
          value={link}
          readOnly
          onFocus={(event) => event.currentTarget.select()}
        />
      )}
      <ul role="list" className="stack" aria-label="Open invitations">
        {(open.data?.items ?? []).map((invitation) => (
          <li key={invitation.invitationId} className="row">
            <span className="grow">
              <b>{invitation.note || 'Somebody'}</b> as {invitation.role}, until {when(invitation.expiresAt)}
            </span>
            <Button
              size="sm"
              busy={withdraw.busy}
              onClick={() => void withdraw.run(invitation.invitationId).then(open.reload)}
            >
              Withdraw
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}
