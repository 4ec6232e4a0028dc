import { ChartNoAxesColumn, Plus } from 'lucide-react';
import { useState } from 'react';
import { POLL_MAX_OPTIONS } from '#contracts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { useShowState, useWatch } from '../../watch/watch-context.ts';
import { useCommand } from '../studio-context.ts';

const LENGTHS = [
  { value: '', label: 'Until I close it' },
  { value: '60', label: '1 minute' },
  { value: '180', label: '3 minutes' },
  { value: '600', label: '10 minutes' },
];

/** Opens a poll, watches its votes, closes it. */
export function PollMaker() {
  const { presentation } = useWatch();
  const closed = useShowState((state) => state.closedPolls);
  const { poll } = presentation;
  const open = poll && !closed.includes(poll.pollId);
  return (
    <Card title="Poll">
      {open ? <OpenPoll pollId={poll.pollId} question={poll.question} options={poll.options} /> : <NewPoll />}
    </Card>
  );
}

function OpenPoll({
  pollId,
  question,
  options,
}: {
  pollId: string;
  question: string;
  options: readonly string[];
}) {
  const command = useCommand();
  const counts = useShowState((state) => state.votes[pollId]) ?? [];
  const total = counts.reduce((sum, n) => sum + n, 0);
  return (
    <>
      <p>
        <b>{question}</b> <span className="muted num">{total} votes</span>
      </p>
      <ul role="list" className="facts">
        {options.map((option, index) => (
          <li key={option} className="row row--between">
            <span>{option}</span>
            <b className="num">{counts[index] ?? 0}</b>
          </li>
        ))}
      </ul>
      <Button onClick={() => void command({ type: 'close_poll', pollId }, 'Poll closed')}>Close poll</Button>
    </>
  );
}

function NewPoll() {
  const command = useCommand();
  const [making, setMaking] = useState(false);
  const [options, setOptions] = useState(['', '']);
  const [question, setQuestion] = useState('');
  const [length, setLength] = useState('');
  if (!making) {
    return (
      <Button icon={<ChartNoAxesColumn />} onClick={() => setMaking(true)}>
        New poll
      </Button>
    );
  }
  const given = options.map((option) => option.trim()).filter(Boolean);
  const open = async () => {
    const done = await command(
      {
        type: 'open_poll',
        question: question.trim(),
        options: given,
        ...(length ? { durationS: Number(length) } : {}),
      },
      'Poll opened',
    );
    if (!done) return;
    setMaking(false);
    setOptions(['', '']);
    setQuestion('');
  };
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void open();
      }}
    >
      <TextField
        label="Question"
        value={question}
        maxLength={140}
        required
        onChange={(event) => setQuestion(event.currentTarget.value)}
      />
      {options.map((option, index) => (
        <TextField
          key={index}
          label={`Answer ${index + 1}`}
          value={option}
          maxLength={60}
          onChange={(event) => setOptions(options.with(index, event.currentTarget.value))}
        />
      ))}
      {options.length < POLL_MAX_OPTIONS && (
        <Button size="sm" look="quiet" icon={<Plus />} onClick={() => setOptions([...options, ''])}>
          Another answer
        </Button>
      )}
      <SelectField
        label="Open for"
        value={length}
        options={LENGTHS}
        onChange={(event) => setLength(event.currentTarget.value)}
      />
      <div className="row">
        <Button type="submit" look="primary" disabled={!question.trim() || given.length < 2}>
          Open poll
        </Button>
        <Button look="quiet" onClick={() => setMaking(false)}>
          Not now
        </Button>
      </div>
    </form>
  );
}
