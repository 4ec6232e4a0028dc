import type { HostCommand } from '#contracts';
import { mayOrder } from './actor.ts';
import type { Answer, Ask } from './asks.ts';
import { SALE_COMMANDS } from './commands/carry-out.ts';
import type { RoomPorts } from './owner-ports.ts';
import type { RoomMemory } from './room-memory.ts';

export type CommandAsk = Extract<Ask, { ask: 'command' }>;

export interface GiveOrderParts {
  showId: string;
  memory: RoomMemory;
  ports: Pick<RoomPorts, 'forwardSale' | 'askCatalog' | 'askCheckout'>;
  /** Puts the command into the room's order book. */
  queue(ask: CommandAsk): Promise<Answer>;
}

/** Takes a command from whoever may give it; what checkout decides is decided there first. */
export async function giveOrder(ask: CommandAsk, parts: GiveOrderParts): Promise<Answer> {
  const { showId, memory, ports, queue } = parts;
  const { id, actor, command } = ask;
  if (!mayOrder(actor, memory.roles.get(actor.userId), command.type)) return { ok: false, code: 'forbidden' };
  if (SALE_COMMANDS.has(command.type)) {
    const verdict = await ports.forwardSale(command, id, actor, showId);
    if (!verdict.ok) return verdict;
  }
  const answer = await queue(ask);
  return !answer.ok && (await askAbout(answer.code, command, parts)) ? queue(ask) : answer;
}

/** What a command spoke of may have come to be a moment ago, and its event be under way: whoever knows is asked. */
async function askAbout(
  refusal: string,
  command: HostCommand,
  { showId, ports }: GiveOrderParts,
): Promise<boolean> {
  switch (refusal) {
    case 'product_not_in_line_up':
    case 'line_up_at_end':
      return ports.askCatalog(showId, 'productId' in command ? command.productId : undefined);
    case 'sale_not_of_show':
      return 'saleId' in command && command.saleId ? ports.askCheckout(command.saleId) : false;
    default:
      return false;
  }
}
