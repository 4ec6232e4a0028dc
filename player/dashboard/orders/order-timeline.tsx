import { useEffect, useRef } from 'react';
import { listOrderEntriesEndpoint } from '#contracts';
import { useResource } from '../../app/use-resource.ts';
import { entryWords } from '../../core/shop/order-words.ts';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { when } from '../words.ts';

/** Who an entry comes from. */
const ACTORS = {
  buyer: 'by the buyer',
  merchant: 'by the shop',
  system: 'automatically',
  provider: 'after word from the payment provider',
} as const;

/** What happened to an order, oldest first; asked again whenever the order has a new version. */
export function OrderTimeline({ orderId, version }: { orderId: string; version: number }) {
  const { data, reload } = useResource(listOrderEntriesEndpoint, { params: { orderId } });
  const seen = useRef(version);
  useEffect(() => {
    if (seen.current === version) return;
    seen.current = version;
    reload();
  }, [version, reload]);
  if (!data) return <SkeletonLines lines={3} />;
  return (
    <ol className="order-timeline" role="list">
      {data.items.map((entry) => (
        <li key={entry.entryId}>
          <div>
            {entryWords(entry.kind)} <span className="muted">{ACTORS[entry.actor]}</span>
          </div>
          <time dateTime={entry.at}>{when(entry.at)}</time>
        </li>
      ))}
    </ol>
  );
}
