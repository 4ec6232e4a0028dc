import { CloudOff, Coffee, Headphones, LockKeyhole, PartyPopper } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Playback } from '../../core/playback/playback.ts';
import { Button } from '../../ui/button.tsx';
import { useStore } from '../../ui/use-store.ts';

interface SlateProps {
  state: string;
  playback: Playback;
  watchAgain: (() => void) | null;
}

/** Words over the picture while there is none: the host's picture is away, or this viewer's connection. */
export function Slate({ state, playback, watchAgain }: SlateProps) {
  const status = useStore(playback, (now) => now.status);
  const audioOnly = useStore(playback, (now) => now.audioOnly);
  if (status === 'gone') return <Words icon={<CloudOff />} title="This show was removed" />;
  if (status === 'forbidden') return <Words icon={<LockKeyhole />} title="This show is private" />;
  if (status === 'unsupported')
    return <Words icon={<CloudOff />} title="This browser cannot play the show" />;
  if (state === 'paused') {
    return (
      <Words icon={<Coffee />} title="The host will be right back">
        Chat and buying go on meanwhile.
      </Words>
    );
  }
  if (state === 'ended' && watchAgain && status !== 'playing') {
    return (
      <Words icon={<PartyPopper />} title="The show is over">
        <Button look="volt" onClick={watchAgain}>
          Watch again
        </Button>
      </Words>
    );
  }
  if (audioOnly && status === 'playing') {
    return (
      <Words icon={<Headphones />} title="Audio only">
        The picture stays away until you choose a quality again.
      </Words>
    );
  }
  if (status !== 'buffering' && status !== 'loading') return null;
  return <span className="stage__spinner" role="status" aria-label="Loading the picture" />;
}

function Words({ icon, title, children }: { icon: ReactNode; title: string; children?: ReactNode }) {
  return (
    <div className="stage__slate" role="status">
      {icon}
      <p className="stage__slate-title">{title}</p>
      {children && <div>{children}</div>}
    </div>
  );
}
