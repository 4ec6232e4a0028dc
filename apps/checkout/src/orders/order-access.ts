import { queryOf } from '#bus';
import { mayInShop, type Identity, type OrderView, type Permission } from '#contracts';
import { refuse } from '#service';
import type { Pool } from 'pg';
import { createBatcher, type Batcher } from '../database/batcher.ts';
import { asSeenBy, readOrders, readOwners } from './read-orders.ts';

export interface FoundOrder {
  buyerId: string;
  shopId: string;
  paymentId: string;
  as: 'buyer' | 'merchant';
}

/** Finds orders for those who may see them; for everybody else an order does not exist. */
export class OrderAccess {
  private readonly pool: Pool;
  /** Many look at their order at the same moments of a sale: one statement answers them all. */
  private readonly views: Batcher<string, OrderView | undefined>;

  constructor(pool: Pool) {
    this.pool = pool;
    this.views = createBatcher({
      most: 64,
      lanes: 4,
      run: async (orderIds) => {
        const orders = await readOrders(queryOf(pool), orderIds);
        return orderIds.map((orderId) => orders.get(orderId));
      },
    });
  }

  /** The order, for its buyer or its shop's staff. Throws `order_not_found` for others. */
  async find(caller: Identity, orderId: string, permission: Permission = 'orders:read'): Promise<FoundOrder> {
    const owners = await readOwners(queryOf(this.pool), orderId);
    if (owners?.buyerId === caller.userId) return { ...owners, as: 'buyer' };
    if (owners && mayInShop(caller, owners.shopId, permission)) return { ...owners, as: 'merchant' };
    throw refuse('order_not_found');
  }

  /** The order, for its shop's staff only: buyers get `forbidden`, strangers `order_not_found`. */
  async findForShop(caller: Identity, orderId: string, permission: Permission): Promise<FoundOrder> {
    const owners = await readOwners(queryOf(this.pool), orderId);
    if (owners && mayInShop(caller, owners.shopId, permission)) return { ...owners, as: 'merchant' };
    const visible =
      owners && (owners.buyerId === caller.userId || mayInShop(caller, owners.shopId, 'orders:read'));
    throw refuse(visible ? 'forbidden' : 'order_not_found');
  }

  async view(orderId: string, as: FoundOrder['as']): Promise<OrderView> {
    const view = await this.views.add(orderId);
    if (!view) throw refuse('order_not_found');
    return asSeenBy(view, as === 'buyer' ? 'buyer' : 'shop');
  }
}
