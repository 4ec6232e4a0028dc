import { Boxes, ClipboardList, Store, Tag, Users, Zap } from 'lucide-react';
import { useState } from 'react';
import { Navigate, NavLink, Route, Routes } from 'react-router';
import {
  getShopEndpoint,
  listShopsEndpoint,
  listStockEndpoint,
  mayInShop,
  PERMISSIONS_BY_ROLE,
  type AccountView,
  type Permission,
} from '#contracts';
import { RequireSession } from '../app/require-session.tsx';
import { LoadError } from '../app/page-error.tsx';
import { usePages, useResource } from '../app/use-resource.ts';
import { useSession } from '../app/use-services.ts';
import { ButtonLink } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { SelectField } from '../ui/field.tsx';
import { SkeletonLines } from '../ui/skeleton.tsx';
import './dashboard.css';
import { OrderPage } from './orders/order-page.tsx';
import { OrdersPage } from './orders/orders-page.tsx';
import { PeoplePage } from './people/people-page.tsx';
import { NewProductPage } from './products/new-product-page.tsx';
import { ProductPage } from './products/product-page.tsx';
import { ProductsPage } from './products/products-page.tsx';
import { SalesPage } from './sales/sales-page.tsx';
import { SalePage } from './sales/sale-page.tsx';
import { ShopContext, type OpenShop } from './shop-context.ts';
import { MovementsPage } from './stock/movements-page.tsx';
import { StockPage } from './stock/stock-page.tsx';
import { useSteadyReload } from './stock/use-steady-reload.ts';

const REMEMBERED_SHOP = 'sf_dashboard_shop';

/** `/dashboard`: products, stock, orders and running sales of one shop. */
export function Dashboard() {
  return (
    <RequireSession>
      <ChooseShop />
    </RequireSession>
  );
}

function ChooseShop() {
  const { account } = useSession();
  const shops = (account?.shops ?? []).filter(({ role }) => PERMISSIONS_BY_ROLE[role].includes('stock:read'));
  const [chosen, setChosen] = useState(() => localStorage.getItem(REMEMBERED_SHOP));
  const shopId = (shops.find((shop) => shop.shopId === chosen) ?? shops[0])?.shopId;
  if (!account || !shopId) return <NoShop />;
  const choose = (next: string) => {
    localStorage.setItem(REMEMBERED_SHOP, next);
    setChosen(next);
  };
  return (
    <Frame
      key={shopId}
      account={account}
      shopId={shopId}
      shopIds={shops.map((shop) => shop.shopId)}
      onChoose={choose}
    />
  );
}

interface FrameProps {
  account: AccountView;
  shopId: string;
  shopIds: string[];
  onChoose: (shopId: string) => void;
}

function Frame({ account, shopId, shopIds, onChoose }: FrameProps) {
  const shop = useResource(getShopEndpoint, { params: { shopId } });
  if (shop.problem && !shop.data) return <LoadError problem={shop.problem} retry={shop.reload} />;
  if (!shop.data) {
    return (
      <div className="page">
        <SkeletonLines lines={8} />
      </div>
    );
  }
  const open: OpenShop = { ...shop.data, may: (permission) => may(account, shopId, permission) };
  return (
    <ShopContext value={open}>
      <div className="page dashboard">
        <title>{`Dashboard of ${open.name} · Showfloor`}</title>
        <aside className="dashboard__side">
          <p className="dashboard__shop">
            <Store aria-hidden="true" /> {open.name}
          </p>
          {shopIds.length > 1 && <ShopSelect shopIds={shopIds} value={shopId} onChoose={onChoose} />}
          <nav aria-label="Dashboard" className="dashboard__nav">
            <NavLink to="/dashboard/products">
              <Tag aria-hidden="true" /> Products
            </NavLink>
            <NavLink to="/dashboard/stock">
              <Boxes aria-hidden="true" /> Stock <LowStock shopId={shopId} />
            </NavLink>
            {open.may('orders:read') && (
              <NavLink to="/dashboard/orders">
                <ClipboardList aria-hidden="true" /> Orders
              </NavLink>
            )}
            <NavLink to="/dashboard/sales">
              <Zap aria-hidden="true" /> Sales
            </NavLink>
            <NavLink to="/dashboard/people">
              <Users aria-hidden="true" /> People
            </NavLink>
          </nav>
        </aside>
        <div className="dashboard__main">
          <DashboardRoutes />
        </div>
      </div>
    </ShopContext>
  );
}

/** How many variants run low, beside the way to them. */
function LowStock({ shopId }: { shopId: string }) {
  const low = usePages(listStockEndpoint, { params: { shopId }, query: { low: 'true', limit: 100 } });
  useSteadyReload(low.reload, 30_000);
  if (low.items.length === 0) return null;
  return (
    <span className="dashboard__low num">
      {low.items.length}
      {low.more && '+'} <span className="sr-only">run low</span>
    </span>
  );
}

function DashboardRoutes() {
  return (
    <Routes>
      <Route index element={<Navigate replace to="/dashboard/stock" />} />
      <Route path="products" element={<ProductsPage />} />
      <Route path="products/new" element={<NewProductPage />} />
      <Route path="products/:productId" element={<ProductPage />} />
      <Route path="stock" element={<StockPage />} />
      <Route path="stock/movements" element={<MovementsPage />} />
      <Route path="orders" element={<OrdersPage />} />
      <Route path="orders/:orderId" element={<OrderPage />} />
      <Route path="sales" element={<SalesPage />} />
      <Route path="sales/:saleId" element={<SalePage />} />
      <Route path="people" element={<PeoplePage />} />
      <Route path="*" element={<Navigate replace to="/dashboard/stock" />} />
    </Routes>
  );
}

function ShopSelect({
  shopIds,
  value,
  onChoose,
}: {
  shopIds: string[];
  value: string;
  onChoose: (id: string) => void;
}) {
  const shops = usePages(listShopsEndpoint, { query: { mine: 'true', limit: 100 } });
  const nameOf = (shopId: string) => shops.items.find((shop) => shop.shopId === shopId)?.name ?? '…';
  return (
    <SelectField
      label="Shop"
      value={value}
      onChange={(event) => onChoose(event.target.value)}
      options={shopIds.map((shopId) => ({ value: shopId, label: nameOf(shopId) }))}
    />
  );
}

function NoShop() {
  return (
    <div className="page page--narrow">
      <EmptyState
        icon={<Store />}
        heading="h1"
        title="You do not work for a shop yet"
        action={
          <ButtonLink to="/studio" look="primary">
            Open a shop
          </ButtonLink>
        }
      >
        Open one in the studio, or ask its owner to make you a member.
      </EmptyState>
    </div>
  );
}

function may(account: AccountView, shopId: string, permission: Permission): boolean {
  const identity = { ...account, sessionId: '', expiresAt: 0 };
  return mayInShop(identity, shopId, permission);
}
