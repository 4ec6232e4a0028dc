import { CalendarPlus, Share2 } from 'lucide-react';
import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/button.tsx';
import { copyText } from '../ui/copy-text.ts';
import { toast } from '../ui/toast.tsx';
import { FollowButton } from './follow-button.tsx';
import { calendarFile } from './waiting/calendar-file.ts';
import { useShowState, useWatch } from './watch-context.ts';

/** On a phone, under the picture: what one is watching. */
export function ShowBar() {
  const { show } = useWatch();
  return (
    <div className="show-bar">
      <Avatar name={show.shop.name} seed={show.shopId} size={32} />
      <span className="grow">
        <h1 className="show-bar__title">{show.title}</h1>
        <span className="show-bar__shop">{show.shop.name}</span>
      </span>
    </div>
  );
}

/** What the show is called, whose it is, and what it is about. `named`: its name stands elsewhere already. */
export function ShowWords({ named }: { named?: boolean }) {
  const { show } = useWatch();
  const state = useShowState((now) => now.show?.state) ?? show.state;
  return (
    <header className="show-words">
      {!named && (
        <>
          <Avatar name={show.shop.name} seed={show.shopId} size={48} />
          <div className="grow">
            <h1 className="show-words__title">{show.title}</h1>
            <p className="muted">{show.shop.name}</p>
          </div>
        </>
      )}
      <div className="row">
        <FollowButton shopId={show.shopId} />
        {state === 'scheduled' && (
          <Button icon={<CalendarPlus />} onClick={() => calendarFile(show)}>
            Add to calendar
          </Button>
        )}
        <Button icon={<Share2 />} onClick={() => void share(show.title)}>
          Share
        </Button>
      </div>
      {show.description && <p className="show-words__text">{show.description}</p>}
    </header>
  );
}

async function share(title: string): Promise<void> {
  const url = location.origin + location.pathname;
  if ('share' in navigator) return navigator.share({ title, url }).catch(() => undefined);
  if (await copyText(url)) toast('Link copied', 'good');
  else toast(url);
}
