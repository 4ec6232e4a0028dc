import { Check, MessageCircleQuestion, Pin } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { useStore } from '../../ui/use-store.ts';
import { useCommand, useStudio } from '../studio-context.ts';
import { useState } from 'react';

/** What viewers asked, oldest first; answering one tells the room which. */
export function Questions() {
  const { desk } = useStudio();
  const command = useCommand();
  const questions = useStore(desk, (state) => state.questions);
  const [answered, setAnswered] = useState<ReadonlySet<string>>(new Set());
  const open = questions.filter(({ id }) => !answered.has(id));
  if (open.length === 0) {
    return (
      <div className="desk__pad">
        <EmptyState icon={<MessageCircleQuestion />} title="No open questions">
          Lines that viewers mark as a question gather here.
        </EmptyState>
      </div>
    );
  }
  const answer = async (lineId: string) => {
    if (await command({ type: 'answer_question', lineId })) setAnswered(new Set([...answered, lineId]));
  };
  return (
    <ul role="list" className="desk__list" aria-label="Questions">
      {open.map((line) => (
        <li key={line.id} className="desk__entry">
          <p>
            <b>{line.author.name}</b> {line.text}
          </p>
          <div className="row">
            <Button size="sm" look="primary" icon={<Check />} onClick={() => void answer(line.id)}>
              Answer
            </Button>
            <Button
              size="sm"
              icon={<Pin />}
              onClick={() => void command({ type: 'pin_line', lineId: line.id }, 'Line pinned')}
            >
              Pin
            </Button>
          </div>
        </li>
      ))}
    </ul>
  );
}
