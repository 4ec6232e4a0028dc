import { describe, expect, it } from '@jest/globals';
import { checkShowStates, nextShowState, SHOW_STATES, type ShowMove } from './show-states.ts';

const MOVES: ShowMove[] = ['go_live', 'pause', 'resume', 'end'];

describe('show states', () => {
  it('allow exactly these moves', () => {
    const table = Object.entries(SHOW_STATES).flatMap(([state]) =>
      MOVES.map(
        (move) => `${state} ${move} ${nextShowState(state as keyof typeof SHOW_STATES, move) ?? '-'}`,
      ),
    );
    expect(table).toEqual([
      'scheduled go_live live',
      'scheduled pause -',
      'scheduled resume -',
      'scheduled end -',
      'live go_live -',
      'live pause paused',
      'live resume -',
      'live end ended',
      'paused go_live -',
      'paused pause -',
      'paused resume live',
      'paused end ended',
      'ended go_live -',
      'ended pause -',
      'ended resume -',
      'ended end -',
    ]);
  });

  it('are checked at start', () => {
    expect(() => checkShowStates()).not.toThrow();
    const { live: _, ...withoutLive } = SHOW_STATES;
    expect(() => checkShowStates(withoutLive)).toThrow('unknown show state live');
    expect(() => checkShowStates({ ...SHOW_STATES, lost: { end: 'ended' } })).toThrow('no move leads to');
    expect(() => checkShowStates({ ...SHOW_STATES, paused: {}, live: { pause: 'paused' } })).toThrow(
      'can never end',
    );
    expect(() => checkShowStates({ ...SHOW_STATES, ended: { end: 'ended' } })).toThrow('must not move');
  });
});
