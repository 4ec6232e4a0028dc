import { Heart } from 'lucide-react';
import { useLocation, useNavigate } from 'react-router';
import { followShopEndpoint, listFollowsEndpoint, unfollowShopEndpoint } from '#contracts';
import { useAction } from '../app/use-action.ts';
import { useResource } from '../app/use-resource.ts';
import { useServices, useSession } from '../app/use-services.ts';
import { Button } from '../ui/button.tsx';

/** Follows the shop of the show. */
export function FollowButton({ shopId }: { shopId: string }) {
  const { api } = useServices();
  const { status } = useSession();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const follows = useResource(listFollowsEndpoint, status === 'user' ? { query: { limit: 100 } } : null);
  const following = follows.data?.items.some((follow) => follow.shopId === shopId) ?? false;
  const change = useAction(async () =>
    following
      ? api.call(unfollowShopEndpoint, { params: { shopId } })
      : api.call(followShopEndpoint, { params: { shopId } }),
  );
  const press = async () => {
    if (status !== 'user') return void navigate(`/login?to=${encodeURIComponent(pathname)}`);
    await change.run();
    follows.reload();
  };
  return (
    <Button
      icon={<Heart fill={following ? 'currentcolor' : 'none'} />}
      aria-pressed={following}
      busy={change.busy}
      onClick={() => void press()}
    >
      {following ? 'Following' : 'Follow'}
    </Button>
  );
}
