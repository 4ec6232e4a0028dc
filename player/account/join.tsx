import { useLocation, useNavigate } from 'react-router';
import { acceptInvitationEndpoint } from '#contracts';
import { RequireSession } from '../app/require-session.tsx';
import { useAction } from '../app/use-action.ts';
import { useServices, useSession } from '../app/use-services.ts';
import { problemText } from '../core/api/problems.ts';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { toast } from '../ui/toast.tsx';
import { EnterPage } from './enter-page.tsx';

/** `/join#<token>`: takes up an invitation to work for a shop. */
export function Join() {
  return (
    <RequireSession>
      <Accept />
    </RequireSession>
  );
}

function Accept() {
  const token = useLocation().hash.slice(1);
  const { api, session, renewSession } = useServices();
  const { account } = useSession();
  const navigate = useNavigate();
  const accept = useAction(() => api.call(acceptInvitationEndpoint, { body: { token } }), { quiet: true });
  const join = async () => {
    const member = await accept.run();
    if (!member) return;
    await renewSession(); // tokens carry the shops
    await session.load();
    toast('Welcome aboard', 'good');
    void navigate(member.role === 'moderator' ? '/' : '/dashboard', { replace: true });
  };
  return (
    <EnterPage title="Join a shop" lead={<>You are logged in as {account?.displayName}.</>}>
      {accept.problem && <Notice tone="bad">{problemText(accept.problem)}</Notice>}
      {token ? (
        <div>
          <Button look="primary" busy={accept.busy} onClick={() => void join()}>
            Accept the invitation
          </Button>
        </div>
      ) : (
        <Notice tone="bad">This link is not complete. Ask for it again.</Notice>
      )}
    </EnterPage>
  );
}
