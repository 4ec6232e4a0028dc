import { Rooms1763600000001 } from './migrations/0001-rooms.ts';
import { Authors1763600000002 } from './migrations/0002-authors.ts';

/** What apps/chat stores, and how the schema came to be. */
export const chatSchema = {
  schema: 'chat',
  entities: [],
  migrations: [Rooms1763600000001, Authors1763600000002],
};
