import { ImageUp } from 'lucide-react';
import { useRef } from 'react';
import { setPosterEndpoint } from '#contracts';
import { useAction } from '../../app/use-action.ts';
import { useServices } from '../../app/use-services.ts';
import { ShowPoster } from '../../home/show-poster.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { toast } from '../../ui/toast.tsx';
import { useStudio } from '../studio-context.ts';

/** The show's picture on cards and before the start. */
export function Poster() {
  const { show, reload } = useStudio();
  const { api } = useServices();
  const input = useRef<HTMLInputElement>(null);
  const upload = useAction((file: File) => {
    const body = new FormData();
    body.set('file', file);
    return api.call(setPosterEndpoint, { params: { showId: show.showId }, body } as never);
  });
  const send = async (file: File | undefined) => {
    if (!file || !(await upload.run(file))) return;
    toast('The picture is set.', 'good');
    reload();
  };
  return (
    <Card title="Picture of the show">
      <div className="poster-frame">
        <ShowPoster show={show} />
      </div>
      <input
        ref={input}
        hidden
        type="file"
        accept="image/*"
        aria-label="Picture file"
        onChange={(event) => void send(event.currentTarget.files?.[0])}
      />
      <Button icon={<ImageUp />} busy={upload.busy} onClick={() => input.current?.click()}>
        Choose a picture
      </Button>
    </Card>
  );
}
