import { Shield, ShieldOff } from 'lucide-react';
import type { RoomModes } from '#contracts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { CheckField, SelectField } from '../../ui/field.tsx';
import { useShowState } from '../../watch/watch-context.ts';
import { useCommand } from '../studio-context.ts';

const SLOW = [0, 3, 5, 10, 30, 60, 120];
const FOLLOWED = [
  { value: '', label: 'Off' },
  { value: '0', label: 'Any follower' },
  { value: '600', label: 'For 10 minutes' },
  { value: '86400', label: 'For a day' },
];
const LINKS = [
  { value: 'allow', label: 'Allowed' },
  { value: 'hold', label: 'Held for a moderator' },
  { value: 'block', label: 'Refused' },
];

/** Who may write, how often, and the shield for the moment when a room goes wrong. */
export function ModesPage() {
  const command = useCommand();
  const modes = useShowState((state) => state.modes);
  const set = (change: Partial<RoomModes>) => void command({ type: 'set_modes', modes: change });
  return (
    <>
      <Card title="Shield">
        <p className="muted">
          One press for a raid: guests only read, everybody else writes one line in ten seconds, links are
          refused. The second press brings back what was before.
        </p>
        <div>
          <Button
            look={modes.shield ? 'primary' : 'danger'}
            icon={modes.shield ? <ShieldOff /> : <Shield />}
            onClick={() =>
              void command(
                { type: 'shield', on: !modes.shield },
                modes.shield ? 'The shield is down' : 'The shield is up',
              )
            }
          >
            {modes.shield ? 'Lower shield' : 'Raise shield'}
          </Button>
        </div>
      </Card>
      <Card title="Modes">
        <div className="form-grid">
          <SelectField
            label="Slow mode"
            value={String(modes.slowS)}
            onChange={(event) => set({ slowS: Number(event.currentTarget.value) })}
            options={[...new Set([...SLOW, modes.slowS])]
              .toSorted((a, b) => a - b)
              .map((seconds) => ({
                value: String(seconds),
                label: seconds === 0 ? 'Off' : `One line in ${seconds} s`,
              }))}
          />
          <SelectField
            label="Followers only"
            value={modes.followersOnlyS === null ? '' : String(modes.followersOnlyS)}
            onChange={(event) =>
              set({
                followersOnlyS: event.currentTarget.value === '' ? null : Number(event.currentTarget.value),
              })
            }
            options={FOLLOWED}
          />
          <SelectField
            label="Links"
            value={modes.links}
            onChange={(event) => set({ links: event.currentTarget.value as RoomModes['links'] })}
            options={LINKS}
          />
        </div>
        <CheckField
          as="switch"
          label="Guests may write"
          checked={modes.guestsMayWrite}
          onChange={(event) => set({ guestsMayWrite: event.currentTarget.checked })}
        />
        <CheckField
          as="switch"
          label="Buyers only"
          checked={modes.buyersOnly}
          onChange={(event) => set({ buyersOnly: event.currentTarget.checked })}
        />
        <CheckField
          as="switch"
          label="Emotes only"
          checked={modes.emotesOnly}
          onChange={(event) => set({ emotesOnly: event.currentTarget.checked })}
        />
      </Card>
    </>
  );
}
