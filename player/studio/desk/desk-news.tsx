import { X } from 'lucide-react';
import { useState } from 'react';
import type { DeskState } from '../../core/live/desk.ts';
import { IconButton } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useStore } from '../../ui/use-store.ts';
import { useStudio } from '../studio-context.ts';

/** More at once would push the controls out of sight. */
const SHOWN = 3;

interface NewsItem {
  /** Changes when it happens again, so that news put away comes back. */
  key: string;
  tone: 'warn' | 'bad';
  title: string;
  text: string;
}

/** What a host must not miss during a show, whatever tab is open: encoder trouble, products that run out. */
export function DeskNews() {
  const { desk } = useStudio();
  const news = newsOf(useStore(desk));
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const shown = news.filter(({ key }) => !gone.has(key)).slice(0, SHOWN);
  return (
    <ul role="list" className="desk__news" aria-label="News" aria-live="polite">
      {shown.map(({ key, tone, title, text }) => (
        <li key={key} className="desk__new">
          <Notice tone={tone} title={title}>
            {text}
          </Notice>
          <IconButton label={`Put away: ${title}`} size="sm" onClick={() => setGone(new Set([...gone, key]))}>
            <X />
          </IconButton>
        </li>
      ))}
    </ul>
  );
}

function newsOf({ refused, advice, lowStock }: DeskState): NewsItem[] {
  const turnedAway: NewsItem[] = refused
    ? [
        {
          key: `refused ${refused.at}`,
          tone: 'bad',
          title: 'Your encoder was turned away',
          text: refused.advice,
        },
      ]
    : [];
  const problems = (advice ?? [])
    .filter(({ level }) => level === 'problem')
    .map(({ code, text }): NewsItem => ({ key: code, tone: 'bad', title: 'Trouble with the stream', text }));
  const low = lowStock.toReversed().map(({ variantId, title, available, at }): NewsItem => ({
    key: `${variantId} ${at}`,
    tone: 'warn',
    title: `${title} runs low`,
    text: available === 0 ? 'None left on sale.' : `${available} left on sale.`,
  }));
  return [...turnedAway, ...problems, ...low];
}
