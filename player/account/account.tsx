import { useState } from 'react';
import {
  changePasswordEndpoint,
  getChatSettingsEndpoint,
  listSessionsEndpoint,
  revokeOtherSessionsEndpoint,
  revokeSessionEndpoint,
  setChatSettingsEndpoint,
  updateMeEndpoint,
} from '#contracts';
import { RequireSession } from '../app/require-session.tsx';
import { useAction } from '../app/use-action.ts';
import { useForm } from '../app/use-form.ts';
import { useResource } from '../app/use-resource.ts';
import { useServices, useSession } from '../app/use-services.ts';
import { problemText } from '../core/api/problems.ts';
import { formatMoment } from '../core/when.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { CheckField, TextField } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { SkeletonLines } from '../ui/skeleton.tsx';
import { toast } from '../ui/toast.tsx';
import { deviceWords } from './device-words.ts';
import './account-page.css';

/** `/account`: name, password, chat, and the devices that are logged in. */
export function Account() {
  return (
    <RequireSession>
      <div className="page page--narrow">
        <title>Account · Showfloor</title>
        <h1>Account</h1>
        <Profile />
        <ChatChoices />
        <Password />
        <Sessions />
      </div>
    </RequireSession>
  );
}

function Profile() {
  const { api, session, renewSession } = useServices();
  const { account } = useSession();
  const form = useForm(async (field) => {
    const result = await api.call(updateMeEndpoint, { body: { displayName: field('displayName') } });
    if (!result.ok) return result.problem;
    await renewSession(); // tokens carry the name
    await session.load();
    toast('Saved', 'good');
    return null;
  });
  return (
    <Card title="Profile">
      <form className="stack" onSubmit={form.submit}>
        {form.problem && <Notice tone="bad">{problemText(form.problem)}</Notice>}
        <TextField
          label="Name"
          name="displayName"
          defaultValue={account?.displayName}
          required
          maxLength={40}
          autoComplete="nickname"
          error={form.fault('displayName')}
        />
        <p className="muted">{account?.email}</p>
        <div>
          <Button type="submit" look="primary" busy={form.busy}>
            Save
          </Button>
        </div>
      </form>
    </Card>
  );
}

function ChatChoices() {
  const { api } = useServices();
  const settings = useResource(getChatSettingsEndpoint, {});
  const save = useAction((showsBuyerBadge: boolean) =>
    api.call(setChatSettingsEndpoint, { body: { showsBuyerBadge } }),
  );
  if (!settings.data) return null;
  const change = async (on: boolean) => {
    const saved = await save.run(on);
    if (saved) settings.replace(saved);
  };
  return (
    <Card title="Chat">
      <CheckField
        as="switch"
        label="“Just bought” beside my name"
        hint="For a while after you bought something in a show."
        checked={settings.data.showsBuyerBadge}
        onChange={(event) => void change(event.currentTarget.checked)}
      />
    </Card>
  );
}

function Password() {
  const { api } = useServices();
  const [turn, setTurn] = useState(0);
  const form = useForm(async (field) => {
    const result = await api.call(changePasswordEndpoint, {
      body: { currentPassword: field('currentPassword'), newPassword: field('newPassword') },
    });
    if (!result.ok) return result.problem;
    toast('The password is changed. Other devices are logged out.', 'good');
    setTurn(turn + 1);
    return null;
  });
  return (
    <Card title="Password">
      <form key={turn} className="stack" onSubmit={form.submit}>
        {form.problem && <Notice tone="bad">{problemText(form.problem)}</Notice>}
        <TextField
          label="Present password"
          name="currentPassword"
          type="password"
          autoComplete="current-password"
          required
          error={form.fault('currentPassword')}
        />
        <TextField
          label="New password"
          name="newPassword"
          type="password"
          autoComplete="new-password"
          required
          minLength={10}
          hint="At least 10 characters."
          error={form.fault('newPassword')}
        />
        <div>
          <Button type="submit" busy={form.busy}>
            Change password
          </Button>
        </div>
      </form>
    </Card>
  );
}

function Sessions() {
  const { api } = useServices();
  const sessions = useResource(listSessionsEndpoint, {});
  const end = useAction((sessionId: string) => api.call(revokeSessionEndpoint, { params: { sessionId } }));
  const endOthers = useAction(() => api.call(revokeOtherSessionsEndpoint, {}));
  const items = sessions.data?.items ?? [];
  return (
    <Card
      title="Devices"
      aside={
        items.length > 1 && (
          <Button
            look="danger"
            size="sm"
            busy={endOthers.busy}
            onClick={() => void endOthers.run().then(sessions.reload)}
          >
            Log out everywhere else
          </Button>
        )
      }
    >
      {sessions.loading && <SkeletonLines lines={2} />}
      <ul role="list" className="sessions" aria-label="Devices">
        {items.map((session) => (
          <li key={session.sessionId} className="row">
            <span className="grow">
              <b title={session.client}>{deviceWords(session.client)}</b>
              <span className="note">
                {session.address} · used {formatMoment(session.lastUsedAt)}
              </span>
            </span>
            {session.current ? (
              <Badge tone="good">This device</Badge>
            ) : (
              <Button size="sm" onClick={() => void end.run(session.sessionId).then(sessions.reload)}>
                Log out
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
