import { Download, Link2 } from 'lucide-react';
import { downloadClipEndpoint, pathOf } from '#contracts';
import { Button } from '../../ui/button.tsx';
import { copyText } from '../../ui/copy-text.ts';
import { toast } from '../../ui/toast.tsx';

interface ClipLinksProps {
  showId: string;
  title: string;
  from: number;
  to: number;
}

/** What one does with a clip: send its link, or take it along as a file. */
export function ClipLinks({ showId, title, from, to }: ClipLinksProps) {
  const span = `from=${from}&to=${to}`;
  return (
    <div className="row">
      <Button
        look="primary"
        icon={<Link2 />}
        onClick={() => void share(`/shows/${showId}/clip?${span}`, title)}
      >
        Share clip
      </Button>
      <a
        className="button button--plain"
        href={`${pathOf(downloadClipEndpoint, { showId })}?${span}`}
        download
      >
        <Download aria-hidden="true" />
        <span className="button__label">Download MP4</span>
      </a>
    </div>
  );
}

async function share(path: string, title: string): Promise<void> {
  const url = location.origin + path;
  if ('share' in navigator) return navigator.share({ title, url }).catch(() => undefined);
  if (await copyText(url)) toast('Link to the clip copied', 'good');
  else toast(url);
}
