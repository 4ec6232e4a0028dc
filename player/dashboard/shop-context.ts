import { createContext, use } from 'react';
import type { Permission, ShopView } from '#contracts';

/** The shop whose dashboard is open, and what the person before it may do there. */
export interface OpenShop extends ShopView {
  may: (permission: Permission) => boolean;
}

export const ShopContext = createContext<OpenShop | null>(null);

/** The open shop. */
export function useShop(): OpenShop {
  const shop = use(ShopContext);
  if (!shop) throw new Error('useShop is called outside the dashboard');
  return shop;
}
