import { useCallback, useEffect, useRef, useState } from 'react';

const NEAR_PX = 48;

/** Keeps a scrolling list at its end while the reader is there. `last` changes with each new entry. */
export function useStickToEnd(last: string) {
  const ref = useRef<HTMLDivElement>(null);
  const stuck = useRef(true);
  const [atEnd, setAtEnd] = useState(true);
  const toEnd = useCallback(() => {
    const list = ref.current;
    if (!list) return;
    list.scrollTop = list.scrollHeight;
    stuck.current = true;
    setAtEnd(true);
  }, []);
  useEffect(() => {
    const list = ref.current;
    if (list && stuck.current && last) list.scrollTop = list.scrollHeight;
  }, [last]);
  useEffect(() => {
    const list = ref.current;
    if (!list) return;
    const resized = new ResizeObserver(() => {
      if (stuck.current) list.scrollTop = list.scrollHeight;
    });
    resized.observe(list);
    return () => resized.disconnect();
  }, []);
  const onScroll = () => {
    const list = ref.current;
    if (!list) return;
    stuck.current = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_PX;
    setAtEnd(stuck.current);
  };
  return { ref, atEnd, toEnd, onScroll };
}
