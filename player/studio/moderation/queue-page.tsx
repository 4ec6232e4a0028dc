import { Check, ShieldCheck, X } from 'lucide-react';
import { useState } from 'react';
import { listQueueEndpoint } from '#contracts';
import { LoadError } from '../../app/page-error.tsx';
import { usePages } from '../../app/use-resource.ts';
import { formatClock } from '../../core/when.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { useCommand, useStudio } from '../studio-context.ts';
import { useWhenChanged } from '../use-when-changed.ts';

const WHY_WORDS: Record<string, string> = {
  link: 'Holds a link',
  word: 'Holds a word of the list',
  shadow_ban: 'Its author is shadow-banned',
};

/** Lines that wait for a decision, oldest first; new ones come in by themselves. */
export function QueuePage() {
  const { show, desk } = useStudio();
  const command = useCommand();
  const [state, setState] = useState<'held' | 'shadowed'>('held');
  const queue = usePages(listQueueEndpoint, { params: { showId: show.showId }, query: { state, limit: 50 } });
  const { reload } = queue;
  useWhenChanged(desk, ({ waiting }) => waiting, reload);
  const [decided, setDecided] = useState<ReadonlySet<string>>(new Set());
  const open = queue.items.filter(({ line }) => !decided.has(line.id));
  const decide = async (lineId: string, approve: boolean) => {
    const done = await command({ type: approve ? 'approve_line' : 'reject_line', lineId });
    if (done) setDecided(new Set([...decided, lineId]));
  };
  return (
    <Card
      title="Queue"
      aside={
        <Segmented
          label="Which lines"
          value={state}
          onChange={setState}
          options={[
            { value: 'held', label: 'Held' },
            { value: 'shadowed', label: 'Shadowed' },
          ]}
        />
      }
    >
      {queue.problem && <LoadError problem={queue.problem} retry={reload} />}
      {!queue.loading && !queue.problem && open.length === 0 && (
        <EmptyState icon={<ShieldCheck />} title="Nothing waits" />
      )}
      <ul role="list" className="judge" aria-label="Lines in the queue">
        {open.map(({ line, why }) => (
          <li key={line.id} className="judge__one">
            <div className="grow">
              <p className="judge__text">
                <b>{line.author.name}</b> {line.text}
              </p>
              <p className="judge__note">
                <Badge tone="warn">{why ? (WHY_WORDS[why] ?? why) : 'Held'}</Badge> {formatClock(line.at)}
              </p>
            </div>
            <Button size="sm" look="primary" icon={<Check />} onClick={() => void decide(line.id, true)}>
              Approve
            </Button>
            <Button size="sm" look="danger" icon={<X />} onClick={() => void decide(line.id, false)}>
              Reject
            </Button>
          </li>
        ))}
      </ul>
      {queue.more && <Button onClick={queue.more}>Show more</Button>}
    </Card>
  );
}
