import { ArrowDown, ArrowUp, GripVertical, Plus, X } from 'lucide-react';
import { useState } from 'react';
import type { DragEvent } from 'react';
import { setLineupEndpoint, type ProductView } from '#contracts';
import { useAction } from '../../app/use-action.ts';
import { useServices } from '../../app/use-services.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ProductPicture } from '../../watch/shelf/product-picture.tsx';
import { useStudio } from '../studio-context.ts';
import { ProductPicker } from './product-picker.tsx';

/** The order of the show: dragged, or moved with buttons. Each change is saved at once. */
export function LineupEditor() {
  const { show, reload } = useStudio();
  const { api } = useServices();
  const [lineup, setLineup] = useState<readonly ProductView[]>(show.lineup);
  const [version, setVersion] = useState(show.version);
  const [picking, setPicking] = useState(false);
  const [dragged, setDragged] = useState<number | null>(null);
  const save = useAction((next: readonly ProductView[]) =>
    api.call(setLineupEndpoint, {
      params: { showId: show.showId },
      body: { version, productIds: next.map(({ productId }) => productId) },
    }),
  );
  const change = async (next: readonly ProductView[]) => {
    const before = lineup;
    setLineup(next);
    const saved = await save.run(next);
    if (!saved) return setLineup(before);
    setVersion(saved.version);
    setLineup(saved.lineup);
    reload();
  };
  const move = (from: number, to: number) => {
    const product = lineup[from];
    if (!product || to < 0 || to >= lineup.length || from === to) return;
    const rest = lineup.toSpliced(from, 1);
    void change(rest.toSpliced(to, 0, product));
  };
  const drop = (to: number) => (event: DragEvent) => {
    event.preventDefault();
    if (dragged !== null) move(dragged, to);
    setDragged(null);
  };
  return (
    <Card
      title="Line-up"
      aside={
        <Button icon={<Plus />} onClick={() => setPicking(true)}>
          Add products
        </Button>
      }
    >
      {lineup.length === 0 && (
        <EmptyState title="No products yet">Viewers can look at them before the show begins.</EmptyState>
      )}
      <ol role="list" className="lineup" aria-label="Line-up">
        {lineup.map((product, index) => (
          <li
            key={product.productId}
            className={dragged === index ? 'lineup__one lineup__one--dragged' : 'lineup__one'}
            draggable
            onDragStart={() => setDragged(index)}
            onDragEnd={() => setDragged(null)}
            onDragOver={(event) => event.preventDefault()}
            onDrop={drop(index)}
          >
            <GripVertical className="lineup__grip" aria-hidden="true" />
            <span className="rundown__picture">
              <ProductPicture product={product} size="small" />
            </span>
            <b className="grow lineup__title">{product.title}</b>
            <IconButton
              label={`Move ${product.title} up`}
              size="sm"
              disabled={index === 0}
              onClick={() => move(index, index - 1)}
            >
              <ArrowUp />
            </IconButton>
            <IconButton
              label={`Move ${product.title} down`}
              size="sm"
              disabled={index === lineup.length - 1}
              onClick={() => move(index, index + 1)}
            >
              <ArrowDown />
            </IconButton>
            <IconButton
              label={`Remove ${product.title}`}
              size="sm"
              onClick={() => void change(lineup.toSpliced(index, 1))}
            >
              <X />
            </IconButton>
          </li>
        ))}
      </ol>
      <ProductPicker
        open={picking}
        shopId={show.shopId}
        taken={new Set(lineup.map(({ productId }) => productId))}
        onClose={() => setPicking(false)}
        onPick={(product) => void change([...lineup, product])}
      />
    </Card>
  );
}
