import { useState } from 'react';
import { reportReasons, type ChatLine } from '#contracts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextArea } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { toast } from '../../ui/toast.tsx';
import { useWatch } from '../watch-context.ts';

type ReportReason = (typeof reportReasons)[number];

const REASON_WORDS: Record<ReportReason, string> = {
  spam: 'Spam or advertising',
  abuse: 'Insults or harassment',
  hate: 'Hate',
  scam: 'A scam',
  personal_data: "Somebody's personal data",
  other: 'Something else',
};

/** Tells the moderators about a line. */
export function ReportDialog({ line, onClose }: { line: ChatLine; onClose: () => void }) {
  const { live } = useWatch();
  const [refused, setRefused] = useState<string | null>(null);
  const send = async (data: FormData) => {
    const reason = String(data.get('reason')) as ReportReason;
    const said = await live.report(line.id, reason, String(data.get('note') ?? '').trim());
    if (said) return setRefused(said);
    toast('Thank you. A moderator will look at it.', 'good');
    onClose();
  };
  return (
    <Dialog open title="Report this line" onClose={onClose}>
      <form className="stack" action={(data) => send(data)}>
        <blockquote className="report__quote">
          <b>{line.author.name}</b> {line.text}
        </blockquote>
        {refused && <Notice tone="bad">{refused}</Notice>}
        <SelectField
          label="What is wrong with it?"
          name="reason"
          options={reportReasons.map((value) => ({ value, label: REASON_WORDS[value] }))}
        />
        <TextArea label="Anything else (optional)" name="note" maxLength={300} />
        <Button type="submit" look="primary" wide>
          Send report
        </Button>
      </form>
    </Dialog>
  );
}
