import {
  changeMemberEndpoint,
  listMembersEndpoint,
  removeMemberEndpoint,
  type MemberView,
  type ShopRole,
} from '#contracts';
import { LoadError } from '../../app/page-error.tsx';
import { useAction } from '../../app/use-action.ts';
import { useResource } from '../../app/use-resource.ts';
import { useServices, useSession } from '../../app/use-services.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Table, type Column } from '../../ui/table.tsx';
import { useShop } from '../shop-context.ts';
import { when } from '../words.ts';
import { InvitationsCard } from './invitations-card.tsx';
import { ROLES } from './roles.ts';

/** `/dashboard/people`: who works for the shop, in which role, and who is invited. */
export function PeoplePage() {
  const shop = useShop();
  const { shopId } = shop;
  const mayChange = shop.may('members:write');
  const members = useResource(listMembersEndpoint, { params: { shopId } });
  return (
    <>
      <header className="dashboard__head">
        <h1>People</h1>
      </header>
      {members.problem && <LoadError problem={members.problem} retry={members.reload} />}
      {members.data ? (
        <Table
          caption="People of the shop"
          columns={mayChange ? [...COLUMNS, changes(members.reload)] : COLUMNS}
          rows={members.data.items}
          rowKey={(member) => member.userId}
        />
      ) : (
        members.loading && <SkeletonLines lines={4} />
      )}
      {mayChange && <InvitationsCard />}
    </>
  );
}

const COLUMNS: Column<MemberView>[] = [
  { key: 'name', title: 'Name', render: ({ displayName }) => displayName },
  { key: 'role', title: 'Role', render: ({ role }) => ROLES.find(({ value }) => value === role)?.label },
  {
    key: 'since',
    title: 'Since',
    wideOnly: true,
    render: ({ since }) => <time dateTime={since}>{when(since)}</time>,
  },
];

const changes = (reload: () => void): Column<MemberView> => ({
  key: 'changes',
  title: <span className="sr-only">Changes</span>,
  render: (member) => <Changes member={member} onChange={reload} />,
});

function Changes({ member, onChange }: { member: MemberView; onChange: () => void }) {
  const { api } = useServices();
  const { account } = useSession();
  const { shopId, userId, displayName } = member;
  const params = { shopId, userId };
  const change = useAction((role: ShopRole) => api.call(changeMemberEndpoint, { params, body: { role } }));
  const remove = useAction(() => api.call(removeMemberEndpoint, { params }));
  if (userId === account?.userId) return null; // nobody shuts themself out by a slip
  return (
    <span className="row">
      <SelectField
        label={`Role of ${displayName}`}
        bare
        value={member.role}
        disabled={change.busy}
        options={ROLES}
        onChange={(event) => void change.run(event.target.value as ShopRole).then(onChange)}
      />
      <Button
        size="sm"
        look="danger"
        busy={remove.busy}
        onClick={() => {
          if (confirm(`Remove ${displayName} from the shop?`)) void remove.run().then(onChange);
        }}
      >
        Remove
      </Button>
    </span>
  );
}
