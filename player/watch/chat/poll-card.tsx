import { ChartNoAxesColumn } from 'lucide-react';
import { useState } from 'react';
import { useServices } from '../../app/use-services.ts';
import { cx } from '../../ui/cx.ts';
import { Countdown } from '../../ui/countdown.tsx';
import { toast } from '../../ui/toast.tsx';
import { useShowState, useWatch } from '../watch-context.ts';
import './poll-card.css';

/** The open poll: one vote each, counts as they come; it stays with its result until the next one. */
export function PollCard() {
  const { presentation, live } = useWatch();
  const { clock } = useServices();
  const { poll } = presentation;
  const counts = useShowState((state) => (poll ? state.votes[poll.pollId] : undefined));
  const closed = useShowState((state) => poll !== null && state.closedPolls.includes(poll.pollId));
  const [voted, setVoted] = useState<{ pollId: string; choice: number } | null>(null);
  const [hidden, setHidden] = useState<string | null>(null);
  if (!poll || hidden === poll.pollId) return null;
  const total = (counts ?? []).reduce((sum, n) => sum + n, 0);
  const choice = voted?.pollId === poll.pollId ? voted.choice : null;
  const vote = async (index: number) => {
    setVoted({ pollId: poll.pollId, choice: index });
    const refused = await live.vote(poll.pollId, index);
    if (!refused) return;
    setVoted(null);
    toast(refused, 'bad');
  };
  return (
    <section className="poll" aria-label="Poll">
      <header className="poll__head">
        <ChartNoAxesColumn aria-hidden="true" />
        <h3 className="poll__question">{poll.question}</h3>
        {closed ? (
          <button type="button" className="poll__hide" onClick={() => setHidden(poll.pollId)}>
            Hide
          </button>
        ) : (
          poll.endsAt && (
            <Countdown until={poll.endsAt} now={clock.now} label="Poll ends in" urgentMs={10_000} />
          )
        )}
      </header>
      <ul role="list" className="poll__options">
        {poll.options.map((option, index) => {
          const share = total > 0 ? (counts?.[index] ?? 0) / total : 0;
          return (
            <li key={option}>
              <button
                type="button"
                className={cx('poll__option', choice === index && 'poll__option--mine')}
                style={{ '--share': choice !== null || closed ? share : 0 } as React.CSSProperties}
                disabled={closed || choice !== null}
                aria-pressed={choice === index}
                onClick={() => void vote(index)}
              >
                <span className="grow">{option}</span>
                {(choice !== null || closed) && <span className="num">{Math.round(share * 100)} %</span>}
              </button>
            </li>
          );
        })}
      </ul>
      <p className="poll__total num">
        {total === 1 ? '1 vote' : `${total} votes`}
        {closed && ' · closed'}
      </p>
    </section>
  );
}
