import { useEffect, useState } from 'react';

const HIDE_AFTER_MS = 2_800;

/** Whether the player's controls are in sight: on movement, touch and focus, and always while nothing plays. */
export function useControlsShown(playing: boolean) {
  const [stirred, setStirred] = useState(0);
  const [focused, setFocused] = useState(false);
  const [quiet, setQuiet] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setQuiet(true), HIDE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [stirred]); // oxlint-disable-line react/exhaustive-effect-dependencies -- each stir starts the wait again
  const stir = () => {
    setQuiet(false);
    setStirred((n) => n + 1);
  };
  return {
    shown: !playing || focused || !quiet,
    listeners: {
      onPointerMove: stir,
      onPointerDown: stir,
      onPointerLeave: () => setQuiet(true),
      onFocus: (event: React.FocusEvent) => setFocused(event.target.matches(':focus-visible')),
      onBlur: () => setFocused(false),
      onKeyDown: stir,
    },
  };
}
