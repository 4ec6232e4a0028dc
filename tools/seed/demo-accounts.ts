/** The password of every demo account: they exist on machines that show the platform, never on one that sells. */
export const DEMO_PASSWORD = 'showfloor-demo';

/** One person per role; who they are in the demo shop is said by `shopRole`. */
export const DEMO_ACCOUNTS = [
  { role: 'host', email: 'host@demo.showfloor.test', displayName: 'Mara, your host', shopRole: 'host' },
  { role: 'merchant', email: 'merchant@demo.showfloor.test', displayName: 'Fern & Kiln', shopRole: 'owner' },
  { role: 'viewer', email: 'viewer@demo.showfloor.test', displayName: 'Robin', shopRole: null },
  {
    role: 'moderator',
    email: 'moderator@demo.showfloor.test',
    displayName: 'Kim (moderator)',
    shopRole: 'moderator',
  },
] as const;

export type DemoRole = (typeof DEMO_ACCOUNTS)[number]['role'];
