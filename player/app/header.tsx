import { LayoutDashboard, LogOut, Monitor, Moon, Package, Radio, Sun, UserRound } from 'lucide-react';
import { Link, NavLink, useLocation, useNavigate } from 'react-router';
import { PERMISSIONS_BY_ROLE, type AccountView } from '#contracts';
import { problemText } from '../core/api/problems.ts';
import { Avatar } from '../ui/avatar.tsx';
import { ButtonLink } from '../ui/button.tsx';
import { Menu, type MenuItem } from '../ui/menu.tsx';
import { toast } from '../ui/toast.tsx';
import { useStore } from '../ui/use-store.ts';
import './header.css';
import { Logo } from './logo.tsx';
import { setTheme, themeStore, type Theme } from './theme.ts';
import { useServices, useSession } from './use-services.ts';

/** Where to go from every page, and who is logged in. */
export function Header() {
  const { account, status } = useSession();
  const works = account !== null && worksIn(account);
  const sells = account !== null && sellsIn(account);
  return (
    <header className="header">
      <Link to="/" className="header__logo" aria-label="Showfloor, home">
        <Logo />
      </Link>
      <nav className="header__nav" aria-label="Main">
        <NavLink to="/" end>
          Shows
        </NavLink>
        {status === 'user' && <NavLink to="/orders">Orders</NavLink>}
        {works && <NavLink to="/studio">Studio</NavLink>}
        {sells && <NavLink to="/dashboard">Dashboard</NavLink>}
      </nav>
      <div className="header__end">
        <ThemeMenu />
        {status === 'user' ? <AccountMenu /> : <LogInLinks />}
      </div>
    </header>
  );
}

function LogInLinks() {
  const { pathname, search } = useLocation();
  const back =
    pathname === '/login' || pathname === '/signup' ? search : `?to=${encodeURIComponent(pathname + search)}`;
  return (
    <>
      <ButtonLink to={`/login${back}`} size="sm" look="quiet">
        Log in
      </ButtonLink>
      <ButtonLink to={`/signup${back}`} size="sm" look="primary" className="header__signup">
        Sign up
      </ButtonLink>
    </>
  );
}

function AccountMenu() {
  const { session } = useServices();
  const { account } = useSession();
  const navigate = useNavigate();
  if (!account) return null;
  const logOut = async () => {
    const problem = await session.logOut();
    if (problem) toast(problemText(problem), 'bad');
    else void navigate('/');
  };
  const works = worksIn(account);
  const items: MenuItem[] = [
    { key: 'account', label: 'Account', icon: <UserRound />, onSelect: () => void navigate('/account') },
    { key: 'orders', label: 'My orders', icon: <Package />, onSelect: () => void navigate('/orders') },
    ...(works
      ? [
          { key: 'studio', label: 'Studio', icon: <Radio />, onSelect: () => void navigate('/studio') },
          ...(sellsIn(account)
            ? [
                {
                  key: 'dashboard',
                  label: 'Dashboard',
                  icon: <LayoutDashboard />,
                  onSelect: () => void navigate('/dashboard'),
                },
              ]
            : []),
        ]
      : [{ key: 'sell', label: 'Open a shop', icon: <Radio />, onSelect: () => void navigate('/studio') }]),
    { key: 'out', label: 'Log out', icon: <LogOut />, onSelect: () => void logOut() },
  ];
  return (
    <Menu
      label={`Account menu of ${account.displayName}`}
      icon={<Avatar name={account.displayName} seed={account.userId} size={34} />}
      items={items}
    />
  );
}

/** Whether the person has a part in a shop: its shows are in the studio. */
function worksIn({ shops, platformRoles }: AccountView): boolean {
  return shops.length > 0 || platformRoles.includes('admin');
}

/** Whether the person may see a shop's stock: moderators of its chat may not. */
function sellsIn({ shops }: AccountView): boolean {
  return shops.some(({ role }) => PERMISSIONS_BY_ROLE[role].includes('stock:read'));
}

const THEMES: { key: Theme; label: string; icon: React.ReactNode }[] = [
  { key: 'system', label: 'As the device', icon: <Monitor /> },
  { key: 'light', label: 'Light', icon: <Sun /> },
  { key: 'dark', label: 'Dark', icon: <Moon /> },
];

function ThemeMenu() {
  const theme = useStore(themeStore);
  const shown = THEMES.find((entry) => entry.key === theme);
  return (
    <Menu
      label="Theme"
      icon={shown?.icon}
      items={THEMES.map((entry) => ({
        ...entry,
        checked: entry.key === theme,
        onSelect: () => setTheme(entry.key),
      }))}
    />
  );
}
