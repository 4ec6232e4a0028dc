import { useParams } from 'react-router';
import {
  archiveProductEndpoint,
  getProductEndpoint,
  updateProductEndpoint,
  type ProductView,
} from '#contracts';
import { LoadError } from '../../app/page-error.tsx';
import { useAction } from '../../app/use-action.ts';
import { useForm } from '../../app/use-form.ts';
import { useResource } from '../../app/use-resource.ts';
import { useServices } from '../../app/use-services.ts';
import { problemText } from '../../core/api/problems.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { TextArea, TextField } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { toast } from '../../ui/toast.tsx';
import { useShop } from '../shop-context.ts';
import type { ProductPartProps } from './product-part.ts';
import { PicturesCard } from './pictures-card.tsx';
import { VariantsCard } from './variants-card.tsx';

/** `/dashboard/products/:productId`: words, pictures and variants of one product. */
export function ProductPage() {
  const { productId = '' } = useParams();
  const { shopId, may } = useShop();
  const product = useResource(getProductEndpoint, { params: { shopId, productId } });
  if (product.problem && !product.data) return <LoadError problem={product.problem} retry={product.reload} />;
  if (!product.data) return <SkeletonLines lines={8} />;
  const part: ProductPartProps = {
    product: product.data,
    onChange: product.replace,
    editable: may('products:write') && product.data.status !== 'archived',
  };
  return (
    <>
      <ProductHead {...part} />
      <WordsCard key={`words-${product.data.version}`} {...part} />
      <PicturesCard {...part} reload={product.reload} />
      <VariantsCard {...part} />
    </>
  );
}

function ProductHead({ product, onChange, editable }: ProductPartProps) {
  const { api } = useServices();
  const params = { shopId: product.shopId, productId: product.productId };
  const publish = useAction(() =>
    api.call(updateProductEndpoint, { params, body: { version: product.version, status: 'active' } }),
  );
  const archive = useAction(() => api.call(archiveProductEndpoint, { params }));
  const change = async (act: () => Promise<ProductView | undefined>, said: string) => {
    const changed = await act();
    if (!changed) return;
    onChange(changed);
    toast(said, 'good');
  };
  return (
    <header className="dashboard__head">
      <div className="row">
        <h1>{product.title}</h1>
        {product.status !== 'active' && <Badge>{product.status === 'draft' ? 'Draft' : 'Archived'}</Badge>}
      </div>
      {editable && (
        <div className="dashboard__tools">
          {product.status === 'draft' && (
            <Button
              look="primary"
              busy={publish.busy}
              onClick={() => void change(publish.run, 'It is on the shelf.')}
            >
              Put on the shelf
            </Button>
          )}
          <Button
            look="danger"
            busy={archive.busy}
            onClick={() => {
              if (confirm(`Take “${product.title}” off the shelves for good?`)) {
                void change(archive.run, 'The product is archived.');
              }
            }}
          >
            Archive
          </Button>
        </div>
      )}
    </header>
  );
}

function WordsCard({ product, onChange, editable }: ProductPartProps) {
  const { api } = useServices();
  const form = useForm(async (field) => {
    const result = await api.call(updateProductEndpoint, {
      params: { shopId: product.shopId, productId: product.productId },
      body: { version: product.version, title: field('title'), description: field('description') },
    });
    if (!result.ok) return result.problem;
    onChange(result.body);
    toast('Saved.', 'good');
    return null;
  });
  return (
    <Card title="Words">
      <form className="stack" onSubmit={form.submit} noValidate>
        {form.problem && <Notice tone="bad">{problemText(form.problem)}</Notice>}
        <TextField
          label="Title"
          name="title"
          defaultValue={product.title}
          maxLength={140}
          readOnly={!editable}
          error={form.fault('title')}
        />
        <TextArea
          label="Description"
          name="description"
          rows={5}
          defaultValue={product.description}
          maxLength={10_000}
          readOnly={!editable}
          error={form.fault('description')}
        />
        {editable && (
          <div>
            <Button type="submit" busy={form.busy}>
              Save words
            </Button>
          </div>
        )}
      </form>
    </Card>
  );
}
