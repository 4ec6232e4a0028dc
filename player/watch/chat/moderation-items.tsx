import { Ban, Check, Clock, Eraser, Pin, Trash2 } from 'lucide-react';
import { commandRights, type ChatLine, type HostCommand } from '#contracts';
import type { LiveShow } from '../../core/live/live-show.ts';
import type { MenuItem } from '../../ui/menu.tsx';
import { toast } from '../../ui/toast.tsx';

/** What a host or moderator may do about a line, by their rights in this room. */
export function moderationItems(live: LiveShow, line: ChatLine): MenuItem[] {
  const room = live.room.get();
  if (room.kind !== 'joined' || room.you.rights.length === 0) return [];
  const { rights } = room.you;
  const userId = line.author.id;
  const all: {
    key: string;
    label: string;
    icon: React.ReactNode;
    danger?: boolean;
    command: HostCommand;
    done: string;
  }[] = [
    {
      key: 'pin',
      label: 'Pin line',
      icon: <Pin />,
      command: { type: 'pin_line', lineId: line.id },
      done: 'Line pinned',
    },
    ...(line.question
      ? [
          {
            key: 'answer',
            label: 'Answering now',
            icon: <Check />,
            command: { type: 'answer_question', lineId: line.id } as const,
            done: 'Shown as being answered',
          },
        ]
      : []),
    {
      key: 'delete',
      label: 'Delete line',
      icon: <Trash2 />,
      danger: true,
      command: { type: 'delete_lines', lineIds: [line.id] },
      done: 'Line deleted',
    },
    {
      key: 'clear',
      label: 'Delete last 10 minutes',
      icon: <Eraser />,
      danger: true,
      command: { type: 'clear_user', userId },
      done: 'Lines deleted',
    },
    {
      key: 'timeout',
      label: 'Mute for 10 minutes',
      icon: <Clock />,
      danger: true,
      command: { type: 'timeout', userId, seconds: 600 },
      done: `${line.author.name} is muted for 10 minutes`,
    },
    {
      key: 'ban',
      label: 'Ban',
      icon: <Ban />,
      danger: true,
      command: { type: 'ban', userId },
      done: `${line.author.name} is banned`,
    },
  ];
  return all
    .filter(({ command }) => rights.includes(commandRights[command.type]))
    .map(({ command, done, ...item }) => ({ ...item, onSelect: () => void run(live, command, done) }));
}

async function run(live: LiveShow, command: HostCommand, done: string): Promise<void> {
  const refused = await live.command(command);
  toast(refused ?? done, refused ? 'bad' : 'good');
}
