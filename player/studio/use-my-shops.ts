import { useState } from 'react';
import { listShopsEndpoint, mayInShop, type Permission, type ShopView } from '#contracts';
import { usePages } from '../app/use-resource.ts';
import { useSession } from '../app/use-services.ts';

const REMEMBERED = 'sf_studio_shop';

export interface MyShops {
  loading: boolean;
  shops: readonly ShopView[];
  shop: ShopView | null;
  choose: (shopId: string) => void;
  reload: () => void;
}

/** The shops the person works for, and the one whose shows they look at. */
export function useMyShops(): MyShops {
  const pages = usePages(listShopsEndpoint, { query: { mine: 'true', limit: 100 } });
  const [chosen, setChosen] = useState(() => localStorage.getItem(REMEMBERED));
  return {
    loading: pages.loading,
    shops: pages.items,
    shop: pages.items.find(({ shopId }) => shopId === chosen) ?? pages.items[0] ?? null,
    choose(shopId) {
      localStorage.setItem(REMEMBERED, shopId);
      setChosen(shopId);
    },
    reload: pages.reload,
  };
}

/** Whether the person may do something in a shop; the server decides again. */
export function useMay(shopId: string): (permission: Permission) => boolean {
  const { account } = useSession();
  return (permission) =>
    account !== null && mayInShop({ ...account, sessionId: '', expiresAt: 0 }, shopId, permission);
}
