import { Megaphone, X } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../../ui/button.tsx';
import { useWatch } from '../watch-context.ts';

/** What the host announces, when the picture has reached it. It stays until the viewer puts it away or the next comes. */
export function HostMessage() {
  const { message } = useWatch().presentation;
  const [dismissedAt, setDismissedAt] = useState<number | null>(null);
  const shown = message && message.at !== dismissedAt ? message : null;
  return (
    <div role="status" className="stage__announce">
      {shown && (
        <div key={shown.at} className="host-message">
          <Megaphone aria-hidden="true" />
          <p>
            <span className="sr-only">{shown.by}: </span>
            {shown.text}
          </p>
          <IconButton
            label="Dismiss announcement"
            look="stage"
            size="sm"
            onClick={() => setDismissedAt(shown.at)}
          >
            <X />
          </IconButton>
        </div>
      )}
    </div>
  );
}
