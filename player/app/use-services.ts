import { createContext, use } from 'react';
import type { SessionState } from '../core/api/session.ts';
import { useStore } from '../ui/use-store.ts';
import type { Services } from './services.ts';

export const ServicesContext = createContext<Services | null>(null);

/** The services of this page. */
export function useServices(): Services {
  const services = use(ServicesContext);
  if (!services) throw new Error('useServices is called outside the application');
  return services;
}

/** Who sits before the page. */
export function useSession(): SessionState {
  return useStore(useServices().session);
}
