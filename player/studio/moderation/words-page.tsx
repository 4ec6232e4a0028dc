import { Trash2 } from 'lucide-react';
import { addWordEndpoint, listWordsEndpoint, removeWordEndpoint, type WordView } from '#contracts';
import { LoadError } from '../../app/page-error.tsx';
import { useAction } from '../../app/use-action.ts';
import { useForm } from '../../app/use-form.ts';
import { usePages } from '../../app/use-resource.ts';
import { useServices } from '../../app/use-services.ts';
import { problemText } from '../../core/api/problems.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Table, type Column } from '../../ui/table.tsx';
import { useStudio } from '../studio-context.ts';

const ACTIONS: { value: WordView['action']; label: string }[] = [
  { value: 'block', label: 'Refuse the line' },
  { value: 'hold', label: 'Hold it for a moderator' },
  { value: 'mask', label: 'Mask the word' },
  { value: 'shadow', label: 'Show it to its author only' },
];

/** Words that the rooms act on, also when they are written in disguise. */
export function WordsPage() {
  const { show } = useStudio();
  const { api } = useServices();
  const words = usePages(listWordsEndpoint, { params: { shopId: show.shopId }, query: { limit: 100 } });
  const remove = useAction((wordId: string) =>
    api.call(removeWordEndpoint, { params: { shopId: show.shopId, wordId } }),
  );
  const columns: Column<WordView>[] = [
    { key: 'word', title: 'Word', render: (row) => row.pattern },
    {
      key: 'action',
      title: 'Then',
      render: (row) => ACTIONS.find(({ value }) => value === row.action)?.label,
    },
    {
      key: 'match',
      title: 'Found',
      wideOnly: true,
      render: (row) => (row.match === 'word' ? 'as a word' : 'anywhere'),
    },
    {
      key: 'where',
      title: 'Where',
      wideOnly: true,
      render: (row) => <Badge>{row.showId ? 'This show' : 'All shows'}</Badge>,
    },
    {
      key: 'act',
      title: <span className="sr-only">Remove</span>,
      render: (row) => (
        <IconButton
          label={`Remove ${row.pattern}`}
          size="sm"
          onClick={() => void remove.run(row.wordId).then(words.reload)}
        >
          <Trash2 />
        </IconButton>
      ),
    },
  ];
  return (
    <Card title="Words">
      <AddWord onAdded={words.reload} />
      {words.problem && <LoadError problem={words.problem} retry={words.reload} />}
      {!words.loading && !words.problem && (
        <Table
          caption="Words"
          columns={columns}
          rows={words.items}
          rowKey={(row) => row.wordId}
          empty={<EmptyState title="No words on the list" />}
        />
      )}
      {words.more && <Button onClick={words.more}>Show more</Button>}
    </Card>
  );
}

function AddWord({ onAdded }: { onAdded: () => void }) {
  const { show } = useStudio();
  const { api } = useServices();
  const form = useForm(async (field) => {
    const result = await api.call(addWordEndpoint, {
      params: { shopId: show.shopId },
      body: {
        pattern: field('pattern'),
        action: field('action') as WordView['action'],
        match: field('match') as WordView['match'],
        ...(field('where') === 'show' ? { showId: show.showId } : {}),
      },
    });
    if (result.ok) onAdded();
    return result.ok ? null : result.problem;
  });
  return (
    <form className="form-row" onSubmit={form.submit}>
      {form.problem && <Notice tone="bad">{problemText(form.problem)}</Notice>}
      <TextField
        label="Word"
        name="pattern"
        required
        minLength={2}
        maxLength={60}
        error={form.fault('pattern')}
      />
      <SelectField label="Then" name="action" options={ACTIONS} />
      <SelectField
        label="Found"
        name="match"
        options={[
          { value: 'word', label: 'As a word' },
          { value: 'part', label: 'Anywhere' },
        ]}
      />
      <SelectField
        label="Where"
        name="where"
        options={[
          { value: 'shop', label: 'All shows' },
          { value: 'show', label: 'This show' },
        ]}
      />
      <Button type="submit" look="primary" busy={form.busy}>
        Add word
      </Button>
    </form>
  );
}
