import { Megaphone } from 'lucide-react';
import { useState } from 'react';
import { HOST_MESSAGE_MAX_CHARS } from '#contracts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { TextField } from '../../ui/field.tsx';
import { useCommand } from '../studio-context.ts';

/** A message over everybody's picture. */
export function Announcer() {
  const command = useCommand();
  const [text, setText] = useState('');
  const send = async () => {
    if (text.trim() && (await command({ type: 'message', text: text.trim() }, 'Shown to everybody')))
      setText('');
  };
  return (
    <Card title="Announce">
      <form
        className="row"
        style={{ flexWrap: 'nowrap' }}
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <TextField
          label="Message to everybody"
          bare
          className="grow"
          placeholder="Free shipping until nine"
          value={text}
          maxLength={HOST_MESSAGE_MAX_CHARS}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button type="submit" icon={<Megaphone />} disabled={!text.trim()}>
          Announce
        </Button>
      </form>
    </Card>
  );
}
