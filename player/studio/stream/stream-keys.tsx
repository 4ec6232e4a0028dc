import { KeyRound, RotateCcw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import {
  createStreamKeyEndpoint,
  listStreamKeysEndpoint,
  revokeStreamKeyEndpoint,
  rotateStreamKeyEndpoint,
  type StreamKeySecret,
  type StreamKeyView,
} from '#contracts';
import { LoadError } from '../../app/page-error.tsx';
import { useAction } from '../../app/use-action.ts';
import { useResource } from '../../app/use-resource.ts';
import { useServices } from '../../app/use-services.ts';
import { formatMoment } from '../../core/when.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { CopyField } from './copy-field.tsx';

/** The keys that an encoder publishes with. A secret is shown once, when it is made. */
export function StreamKeys({ shopId }: { shopId: string }) {
  const { api } = useServices();
  const keys = useResource(listStreamKeysEndpoint, { params: { shopId } });
  const [secret, setSecret] = useState<StreamKeySecret | null>(null);
  const create = useAction(() => api.call(createStreamKeyEndpoint, { params: { shopId }, body: {} }));
  const rotate = useAction((keyId: string) =>
    api.call(rotateStreamKeyEndpoint, { params: { shopId, keyId } }),
  );
  const revoke = useAction((keyId: string) =>
    api.call(revokeStreamKeyEndpoint, { params: { shopId, keyId } }),
  );
  const shown = async (made: Promise<StreamKeySecret | undefined>) => {
    const fresh = await made;
    if (fresh) setSecret(fresh);
    keys.reload();
  };
  const alive = keys.data?.items.filter(({ revokedAt }) => revokedAt === null) ?? [];
  return (
    <Card
      title="Stream keys"
      aside={
        <Button icon={<KeyRound />} busy={create.busy} onClick={() => void shown(create.run())}>
          New stream key
        </Button>
      }
    >
      <p className="muted">In OBS: Settings, Stream, service “Custom”, then the server and the key.</p>
      {keys.loading && <SkeletonLines lines={2} />}
      {keys.problem && <LoadError problem={keys.problem} retry={keys.reload} />}
      {alive.length > 0 && (
        <ul role="list" className="keys" aria-label="Stream keys">
          {alive.map((key) => (
            <KeyRow
              key={key.keyId}
              entry={key}
              onRotate={() => void shown(rotate.run(key.keyId))}
              onRevoke={() => void revoke.run(key.keyId).then(keys.reload)}
            />
          ))}
        </ul>
      )}
      <SecretDialog secret={secret} onClose={() => setSecret(null)} />
    </Card>
  );
}

function KeyRow({
  entry,
  onRotate,
  onRevoke,
}: {
  entry: StreamKeyView;
  onRotate: () => void;
  onRevoke: () => void;
}) {
  const [asking, setAsking] = useState(false);
  return (
    <li className="keys__one">
      <span className="grow">
        <b>{entry.label}</b> <code>…{entry.ending}</code>
        <span className="note">
          {entry.lastUsedAt ? `Last used ${formatMoment(entry.lastUsedAt)}` : 'Not used yet'}
        </span>
      </span>
      <Button size="sm" icon={<RotateCcw />} onClick={onRotate}>
        New secret
      </Button>
      <Button size="sm" look="danger" icon={<Trash2 />} onClick={() => setAsking(true)}>
        Revoke
      </Button>
      <Dialog
        open={asking}
        title="Revoke this key?"
        onClose={() => setAsking(false)}
        footer={
          <Button
            look="danger"
            onClick={() => {
              setAsking(false);
              onRevoke();
            }}
          >
            Revoke key
          </Button>
        }
      >
        <p>Whoever streams with it right now is cut off within two seconds.</p>
      </Dialog>
    </li>
  );
}

function SecretDialog({ secret, onClose }: { secret: StreamKeySecret | null; onClose: () => void }) {
  return (
    <Dialog open={secret !== null} title="Your stream key" onClose={onClose}>
      {secret && (
        <div className="stack">
          <p>
            <Badge tone="warn">Shown once</Badge> Copy it into your encoder now. We keep only a fingerprint of
            it.
          </p>
          <CopyField label="Server" value={secret.server} />
          {secret.secureServer && <CopyField label="Server (encrypted)" value={secret.secureServer} />}
          <CopyField label="Stream key" value={secret.streamKey} secret />
          <Button look="primary" wide onClick={onClose}>
            I have copied it
          </Button>
        </div>
      )}
    </Dialog>
  );
}
