import type { ChatLine } from '#contracts';
import type { RoomDesk } from '../figures/room-desk.ts';
import type { PolicyChange } from './asks.ts';
import type { AfterEffect } from './commands/command.ts';
import type { RoomPorts } from './owner-ports.ts';
import type { RoomRules } from './room-rules.ts';
import type { RoomState } from './room-state.ts';
import { withoutQuotes } from './room-view.ts';

export interface AfterParts {
  state: RoomState;
  desk: RoomDesk;
  rules: RoomRules;
  ports: Pick<RoomPorts, 'policyChanged' | 'rulesChanged' | 'push'>;
}

/** What follows from an order once it is stored: what the room remembers, and who hears of it besides the viewers. */
export function applyAfter(effects: readonly AfterEffect[], parts: AfterParts): void {
  const { state, ports } = parts;
  const changes = effects.some(({ do: what }) => what === 'restrict' || what === 'lift');
  // Gateways hear of it before the person does: whoever is told that they may write again asks at once.
  if (changes) ports.policyChanged(state.fence.showId, policyChangeOf(effects));
  for (const effect of effects) applyOne(effect, parts);
  if (changes) ports.rulesChanged(state.show.shopId);
}

function applyOne(effect: AfterEffect, { state, desk, rules, ports }: AfterParts): void {
  const { memory, ready } = state;
  switch (effect.do) {
    case 'restrict':
      return memory.setSanction(effect.sanction);
    case 'lift':
      return memory.liftSanction(effect.userId);
    case 'remove_lines': {
      const ids = new Set(effect.lineIds);
      const gone = (line: ChatLine): boolean => ids.has(line.id);
      memory.removeLines(gone);
      memory.removeQuotes(effect.lineIds);
      ready.lines = withoutQuotes(
        ready.lines.filter((line) => !gone(line)),
        effect.lineIds,
      );
      return;
    }
    case 'forget': {
      const theirs = ({ author }: ChatLine): boolean => author.id === effect.userId;
      memory.removeLines(theirs);
      ready.lines = ready.lines.filter((line) => !theirs(line));
      return;
    }
    case 'show_line':
      state.lineSeq = Math.max(state.lineSeq, effect.line.seq);
      ready.lines.push(effect.line);
      memory.note({ line: effect.line, state: 'shown', unseen: false, why: null, mediaTime: null });
      return;
    case 'decided':
      return desk.onDecided(effect.line, effect.approved, effect.by);
    case 'push':
      return ports.push(effect.userId, effect.push);
    case 'read_rules':
      return rules.want();
    case 'modes':
    case 'eject':
      return;
  }
}

function policyChangeOf(effects: readonly AfterEffect[]): PolicyChange {
  const change: PolicyChange = {};
  for (const effect of effects) {
    if (effect.do === 'eject') change.eject = effect.userId;
    if (effect.do === 'restrict') change.restricted = effect.sanction;
    if (effect.do === 'lift') change.lifted = effect.userId;
  }
  return change;
}
