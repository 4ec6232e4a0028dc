import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import {
  chatRights,
  listChatRolesEndpoint,
  removeChatRoleEndpoint,
  setChatRoleEndpoint,
  type ChatRight,
  type ChatRoleView,
} from '#contracts';
import { LoadError } from '../../app/page-error.tsx';
import { useAction } from '../../app/use-action.ts';
import { usePages } from '../../app/use-resource.ts';
import { useServices } from '../../app/use-services.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { CheckField, SelectField } from '../../ui/field.tsx';
import { useShowState } from '../../watch/watch-context.ts';
import { useStudio } from '../studio-context.ts';

const RIGHT_WORDS: Record<ChatRight, string> = {
  present: 'Pin products',
  sell: 'Run sales',
  announce: 'Announce and pin lines',
  poll: 'Run polls',
  modes: 'Set modes and shield',
  delete: 'Delete lines',
  timeout: 'Mute',
  ban: 'Ban',
  queue: 'Decide the queue',
  words: 'Keep the word list',
  reports: 'Decide reports',
  audit: 'Read the audit',
  roles: 'Give rights',
  figures: 'See figures',
};

interface Person {
  userId: string;
  userName: string;
  rights: readonly ChatRight[];
}

/** People of the chat who were given single rights. */
export function RolesPage() {
  const { show } = useStudio();
  const { api } = useServices();
  const roles = usePages(listChatRolesEndpoint, { params: { shopId: show.shopId }, query: { limit: 100 } });
  const [editing, setEditing] = useState<Person | null>(null);
  const remove = useAction((userId: string) =>
    api.call(removeChatRoleEndpoint, { params: { shopId: show.shopId, userId } }),
  );
  return (
    <Card title="Moderators" aside={<AddModerator known={roles.items} onPick={setEditing} />}>
      {roles.problem && <LoadError problem={roles.problem} retry={roles.reload} />}
      {!roles.loading && !roles.problem && roles.items.length === 0 && (
        <EmptyState title="Nobody yet">
          The shop’s own people have their rights by their role. A regular of the chat can be given single
          ones.
        </EmptyState>
      )}
      <ul role="list" className="judge" aria-label="Moderators">
        {roles.items.map((role) => (
          <li key={role.userId} className="judge__one">
            <div className="grow">
              <b>{role.userName}</b>
              <p className="row" style={{ '--gap': '4px' } as React.CSSProperties}>
                {role.rights.map((right) => (
                  <Badge key={right}>{RIGHT_WORDS[right]}</Badge>
                ))}
              </p>
            </div>
            <Button size="sm" onClick={() => setEditing(role)}>
              Change
            </Button>
            <Button size="sm" look="danger" onClick={() => void remove.run(role.userId).then(roles.reload)}>
              Take away
            </Button>
          </li>
        ))}
      </ul>
      {editing && (
        <EditRights
          person={editing}
          onClose={() => setEditing(null)}
          onSaved={() => {
            setEditing(null);
            roles.reload();
          }}
        />
      )}
    </Card>
  );
}

/** Chosen among those who wrote lately: that is who a host knows. */
function AddModerator({
  known,
  onPick,
}: {
  known: readonly ChatRoleView[];
  onPick: (person: Person) => void;
}) {
  const lines = useShowState((state) => state.lines);
  const taken = new Set(known.map(({ userId }) => userId));
  const authors = new Map(
    lines
      .filter(({ author }) => author.badges.length === 0 && !taken.has(author.id))
      .map(({ author }) => [author.id, author.name]),
  );
  const [userId, setUserId] = useState('');
  const userName = authors.get(userId);
  return (
    <form
      className="row"
      onSubmit={(event) => {
        event.preventDefault();
        if (userName) onPick({ userId, userName, rights: ['delete', 'timeout'] });
      }}
    >
      <SelectField
        label="Somebody from the chat"
        bare
        value={userName ? userId : ''}
        onChange={(event) => setUserId(event.currentTarget.value)}
        options={[
          { value: '', label: 'Somebody from the chat' },
          ...[...authors].map(([value, label]) => ({ value, label })),
        ]}
      />
      <Button type="submit" icon={<UserPlus />} disabled={!userName}>
        Give rights
      </Button>
    </form>
  );
}

function EditRights({
  person,
  onClose,
  onSaved,
}: {
  person: Person;
  onClose: () => void;
  onSaved: () => void;
}) {
  const { show, live } = useStudio();
  const { api } = useServices();
  const [rights, setRights] = useState<ReadonlySet<ChatRight>>(new Set(person.rights));
  const room = live.room.get();
  const mine = room.kind === 'joined' ? room.you.rights : [];
  const save = useAction(() =>
    api.call(setChatRoleEndpoint, {
      params: { shopId: show.shopId, userId: person.userId },
      body: { userName: person.userName, rights: [...rights] },
    }),
  );
  const toggle = (right: ChatRight, on: boolean) =>
    setRights(new Set(on ? [...rights, right] : [...rights].filter((other) => other !== right)));
  return (
    <Dialog
      open
      title={`Rights of ${person.userName}`}
      onClose={onClose}
      footer={
        <Button
          look="primary"
          busy={save.busy}
          disabled={rights.size === 0}
          onClick={() => void save.run().then((saved) => saved && onSaved())}
        >
          Save rights
        </Button>
      }
    >
      <div className="stack" style={{ '--gap': 'var(--s-1)' } as React.CSSProperties}>
        {chatRights.map((right) => (
          <CheckField
            key={right}
            label={RIGHT_WORDS[right]}
            checked={rights.has(right)}
            disabled={!mine.includes(right)}
            onChange={(event) => toggle(right, event.currentTarget.checked)}
          />
        ))}
      </div>
    </Dialog>
  );
}
