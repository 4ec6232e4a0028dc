import { useEffect, useEffectEvent } from 'react';

/** Calls `reload` every `everyMs` while the page is in sight. */
export function useSteadyReload(reload: () => void, everyMs: number): void {
  const tick = useEffectEvent(() => {
    if (document.visibilityState === 'visible') reload();
  });
  useEffect(() => {
    const timer = setInterval(() => tick(), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
}
