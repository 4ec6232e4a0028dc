import { useState } from 'react';
import type { ShowView } from '#contracts';
import type { Form } from '../../app/use-form.ts';
import { CheckField, SelectField, TextArea, TextField } from '../../ui/field.tsx';

type Known = Pick<
  ShowView,
  'title' | 'description' | 'startsAt' | 'visibility' | 'goLive' | 'guestChat' | 'state'
>;

interface ShowFieldsProps {
  form: Form;
  /** What the fields begin with; left out for a show that is new. */
  show?: Known;
}

/** What a host says of a show. The start, and how it goes live, stand fast once it was on air. */
export function ShowFields({ form, show }: ShowFieldsProps) {
  const [starts] = useState(() => inLocalTime(show ? new Date(show.startsAt) : nextHour(new Date())));
  const begun = show !== undefined && show.state !== 'scheduled';
  return (
    <>
      <TextField
        label="Title"
        name="title"
        required
        maxLength={140}
        defaultValue={show?.title}
        error={form.fault('title')}
      />
      {!begun && (
        <TextField
          label="Starts"
          name="startsAt"
          type="datetime-local"
          required
          defaultValue={starts}
          error={form.fault('startsAt')}
        />
      )}
      <TextArea
        label="What it is about"
        name="description"
        maxLength={5_000}
        defaultValue={show?.description}
        error={form.fault('description')}
      />
      <SelectField
        label="Who sees it"
        name="visibility"
        defaultValue={show?.visibility}
        options={[
          { value: 'public', label: 'Everybody' },
          { value: 'unlisted', label: 'Whoever has the address' },
          { value: 'private', label: 'Only people of the shop' },
        ]}
      />
      {!begun && (
        <CheckField
          name="practice"
          label="I go live with a button"
          hint="Without it the show is live with the first picture from your encoder."
          defaultChecked={show?.goLive === 'manual'}
        />
      )}
      <CheckField
        name="guestChat"
        label="Guests may write in the chat"
        defaultChecked={show?.guestChat ?? true}
      />
    </>
  );
}

/** The fields that a show has at any time, as the calls take them. */
export function showFromFields(field: (name: string) => string, data: FormData) {
  return {
    title: field('title'),
    description: field('description'),
    visibility: field('visibility') as ShowView['visibility'],
    guestChat: data.has('guestChat'),
  };
}

/** The fields that only a show before its start has; a start that nobody touched keeps its seconds. */
export function beginningFromFields(field: (name: string) => string, data: FormData, startsAt?: string) {
  const typed = field('startsAt');
  const untouched = startsAt !== undefined && typed === inLocalTime(new Date(startsAt));
  return {
    startsAt: untouched ? startsAt : new Date(typed).toISOString(),
    goLive: data.has('practice') ? 'manual' : 'on_publish',
  } as const;
}

function nextHour(now: Date): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate(), now.getHours() + 1);
}

/** A moment as the value of a date-and-time field. */
function inLocalTime(at: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
