import { createContext, use } from 'react';
import { commandRights, type HostCommand, type ShowDetail } from '#contracts';
import type { Desk } from '../core/live/desk.ts';
import type { LiveShow } from '../core/live/live-show.ts';
import { toast } from '../ui/toast.tsx';
import { useStore } from '../ui/use-store.ts';

export interface StudioValue {
  show: ShowDetail;
  live: LiveShow;
  desk: Desk;
  /** Loads the show's facts again, after a change. */
  reload: () => void;
}

export const StudioContext = createContext<StudioValue | null>(null);

export function useStudio(): StudioValue {
  const value = use(StudioContext);
  if (!value) throw new Error('useStudio is called outside a control room');
  return value;
}

/** Whether the person may order a kind of command in this room; the server decides again. */
export function useMayOrder(): (type: HostCommand['type']) => boolean {
  const { live } = useStudio();
  const room = useStore(live.room);
  return (type) => room.kind === 'joined' && room.you.rights.includes(commandRights[type]);
}

/** Orders a command and says so; true when it was carried out. */
export function useCommand(): (command: HostCommand, done?: string) => Promise<boolean> {
  const { live } = useStudio();
  return async (command, done) => {
    const refused = await live.command(command);
    if (refused) toast(refused, 'bad');
    else if (done) toast(done, 'good');
    return refused === null;
  };
}
