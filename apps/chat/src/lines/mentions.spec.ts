import { describe, expect, it } from '@jest/globals';
import { mentionsIn } from './mentions.ts';

const people = new Map([
  ['ada', 'id-ada'],
  ['ada lovelace', 'id-lovelace'],
  ['bo', 'id-bo'],
]);
const find = (name: string): string | undefined => people.get(name.toLowerCase());

describe('mentionsIn', () => {
  it.each([
    ['hi @Ada!', ['id-ada']],
    ['@ada lovelace and @bo, look', ['id-lovelace', 'id-bo']],
    ['mail ada@bo is no mention', []],
    ['@nobody here', []],
    ['@bo @bo', ['id-bo']],
  ])('finds in %j %j', (text, ids) => expect(mentionsIn(text, find)).toEqual(ids));
  it('stops at five people', () => {
    expect(
      mentionsIn('@1 @2 @3 @4 @5 @6 @7', (name) => (/^\d/.test(name) ? name[0] : undefined)),
    ).toHaveLength(5);
  });
});
