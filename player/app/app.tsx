import { lazy } from 'react';
import type { ComponentType } from 'react';
import { BrowserRouter, Route, Routes } from 'react-router';
import { NotFound } from './not-found.tsx';
import type { Services } from './services.ts';
import { Shell } from './shell.tsx';
import { ServicesContext } from './use-services.ts';

const Home = page(() => import('../home/home.tsx'), 'Home');
const Watch = page(() => import('../watch/watch.tsx'), 'Watch');
const ClipPage = page(() => import('../watch/clip/clip-page.tsx'), 'ClipPage');
const LogIn = page(() => import('../account/log-in.tsx'), 'LogIn');
const SignUp = page(() => import('../account/sign-up.tsx'), 'SignUp');
const Dashboard = page(() => import('../dashboard/dashboard.tsx'), 'Dashboard');
const Account = page(() => import('../account/account.tsx'), 'Account');
const Join = page(() => import('../account/join.tsx'), 'Join');
const ResetPassword = page(() => import('../account/reset-password.tsx'), 'ResetPassword');
const Orders = page(() => import('../orders/orders.tsx'), 'Orders');
const OrderPage = page(() => import('../orders/order-page.tsx'), 'OrderPage');
const Studio = page(() => import('../studio/studio.tsx'), 'Studio');
const Design = page(() => import('../design/design.tsx'), 'Design');

/** Every address of the pages. Each comes when it is opened: a link to a show must not carry the home page. */
export function App({ services }: { services: Services }) {
  return (
    <ServicesContext value={services}>
      <BrowserRouter>
        <Routes>
          <Route element={<Shell />}>
            <Route index element={<Home />} />
            <Route path="shows/:showId" element={<Watch />} />
            <Route path="shows/:showId/clip" element={<ClipPage />} />
            <Route path="login" element={<LogIn />} />
            <Route path="signup" element={<SignUp />} />
            <Route path="dashboard/*" element={<Dashboard />} />
            <Route path="account" element={<Account />} />
            <Route path="join" element={<Join />} />
            <Route path="reset-password" element={<ResetPassword />} />
            <Route path="orders" element={<Orders />} />
            <Route path="orders/:orderId" element={<OrderPage />} />
            <Route path="studio/*" element={<Studio />} />
            <Route path="design" element={<Design />} />
            <Route path="*" element={<NotFound />} />
          </Route>
        </Routes>
      </BrowserRouter>
    </ServicesContext>
  );
}

/** A page that is fetched when it is opened; `name` is its export. */
function page<Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) {
  return lazy(async () => ({ default: (await load())[name] }));
}
