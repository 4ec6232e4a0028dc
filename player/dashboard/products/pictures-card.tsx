import { ImagePlus, Trash2 } from 'lucide-react';
import { useRef } from 'react';
import { addProductImageEndpoint, arrangeProductImagesEndpoint, IMAGE_LIMIT_BYTES } from '#contracts';
import { useAction } from '../../app/use-action.ts';
import { useServices } from '../../app/use-services.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { toast } from '../../ui/toast.tsx';
import type { ProductPartProps } from './product-part.ts';

/** Pictures of a product; the first stands for it everywhere. */
export function PicturesCard({
  product,
  onChange,
  editable,
  reload,
}: ProductPartProps & { reload: () => void }) {
  const { api } = useServices();
  const chooser = useRef<HTMLInputElement>(null);
  const params = { shopId: product.shopId, productId: product.productId };
  const add = useAction((file: File) => {
    const body = new FormData();
    body.set('file', file);
    body.set('alt', product.title);
    return api.call(addProductImageEndpoint, { params, body } as Parameters<
      typeof api.call<typeof addProductImageEndpoint>
    >[1]);
  });
  const arrange = useAction((imageIds: string[]) =>
    api.call(arrangeProductImagesEndpoint, { params, body: { version: product.version, imageIds } }),
  );
  const addAll = async (files: readonly File[]) => {
    for (const file of files) {
      if (file.size > IMAGE_LIMIT_BYTES) toast(`“${file.name}” is larger than 12 MB.`, 'bad');
      else await add.run(file);
    }
    reload();
  };
  const remove = async (imageId: string) => {
    const rest = product.images.filter((image) => image.imageId !== imageId).map((image) => image.imageId);
    const changed = await arrange.run(rest);
    if (changed) onChange(changed);
  };
  return (
    <Card title="Pictures">
      <div className="stack">
        <div className="picture-list">
          {product.images.map((image) => (
            <figure key={image.imageId}>
              <img src={image.small} alt={image.alt} width={116} height={116} />
              {editable && (
                <IconButton label="Remove picture" size="sm" onClick={() => void remove(image.imageId)}>
                  <Trash2 />
                </IconButton>
              )}
            </figure>
          ))}
          {product.images.length === 0 && <p className="muted">No picture yet.</p>}
        </div>
        {editable && (
          <div>
            <input
              ref={chooser}
              className="sr-only"
              type="file"
              aria-label="Choose pictures"
              accept="image/jpeg,image/png,image/webp,image/avif,image/gif"
              multiple
              tabIndex={-1}
              onChange={(event) => {
                void addAll([...(event.target.files ?? [])]);
                event.target.value = '';
              }}
            />
            <Button
              icon={<ImagePlus aria-hidden="true" />}
              busy={add.busy}
              onClick={() => chooser.current?.click()}
            >
              Add pictures
            </Button>
          </div>
        )}
      </div>
    </Card>
  );
}
