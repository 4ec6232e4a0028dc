import { Radio, Square } from 'lucide-react';
import { useState } from 'react';
import { endShowEndpoint, goLiveEndpoint } from '#contracts';
import { useAction } from '../app/use-action.ts';
import { useServices } from '../app/use-services.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { toast } from '../ui/toast.tsx';
import { useStudio } from './studio-context.ts';
import { useMay } from './use-my-shops.ts';

/** Goes live where the host does that by hand, and ends a show. */
export function AirButtons() {
  const { show, reload } = useStudio();
  const { api } = useServices();
  const may = useMay(show.shopId);
  const [asking, setAsking] = useState(false);
  const params = { showId: show.showId };
  const goLive = useAction(() => api.call(goLiveEndpoint, { params }));
  const end = useAction(() => api.call(endShowEndpoint, { params }));
  if (!may('shows:run')) return null;
  const start = async () => {
    if (!(await goLive.run())) return;
    toast('You are live.', 'good');
    reload();
  };
  const finish = async () => {
    const ended = await end.run();
    setAsking(false);
    if (ended) reload();
  };
  return (
    <>
      {show.state === 'scheduled' && show.goLive === 'manual' && (
        <Button look="volt" size="lg" icon={<Radio />} busy={goLive.busy} onClick={() => void start()}>
          Go live
        </Button>
      )}
      {(show.state === 'live' || show.state === 'paused') && (
        <Button look="danger" icon={<Square />} onClick={() => setAsking(true)}>
          End show
        </Button>
      )}
      <Dialog
        open={asking}
        title="End the show?"
        onClose={() => setAsking(false)}
        footer={
          <>
            <Button onClick={() => setAsking(false)}>Go on</Button>
            <Button look="danger" busy={end.busy} onClick={() => void finish()}>
              End show
            </Button>
          </>
        }
      >
        <p>
          Your encoder is cut off and the recording becomes ready. Orders and holds go on as they are. An
          ended show cannot go live again.
        </p>
      </Dialog>
    </>
  );
}
