import { Flame, Heart, Laugh, PartyPopper, ThumbsUp } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ReactionKind } from '#contracts';

/** How each reaction looks and is called. */
export const REACTIONS: readonly { kind: ReactionKind; label: string; icon: ReactNode }[] = [
  { kind: 'heart', label: 'Love it', icon: <Heart /> },
  { kind: 'fire', label: 'Fire', icon: <Flame /> },
  { kind: 'clap', label: 'Well done', icon: <ThumbsUp /> },
  { kind: 'laugh', label: 'Funny', icon: <Laugh /> },
  { kind: 'wow', label: 'Wow', icon: <PartyPopper /> },
];
