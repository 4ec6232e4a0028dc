import { ImageOff, Plus, Search } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { listProductsEndpoint, type ProductStatus, type ProductView } from '#contracts';
import { LoadError } from '../../app/page-error.tsx';
import { usePages } from '../../app/use-resource.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { TextField } from '../../ui/field.tsx';
import { Money } from '../../ui/money.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Table, type Column } from '../../ui/table.tsx';
import { useShop } from '../shop-context.ts';

const STATUSES: { value: ProductStatus; label: string }[] = [
  { value: 'active', label: 'On the shelf' },
  { value: 'draft', label: 'Drafts' },
  { value: 'archived', label: 'Archived' },
];

/** `/dashboard/products`: everything the shop sells. */
export function ProductsPage() {
  const { shopId, may } = useShop();
  const [status, setStatus] = useState<ProductStatus>('active');
  const [search, setSearch] = useState('');
  const query = { status, limit: 50, ...(search.trim() ? { search: search.trim() } : {}) };
  const products = usePages(listProductsEndpoint, { params: { shopId }, query });
  return (
    <>
      <header className="dashboard__head">
        <h1>Products</h1>
        {may('products:write') && (
          <ButtonLink to="/dashboard/products/new" look="primary" icon={<Plus aria-hidden="true" />}>
            New product
          </ButtonLink>
        )}
      </header>
      <div className="dashboard__filters">
        <TextField
          label="Search products"
          bare
          type="search"
          placeholder="Title or SKU"
          before={<Search aria-hidden="true" />}
          value={search}
          maxLength={80}
          onChange={(event) => setSearch(event.target.value)}
        />
        <Segmented label="Which products" options={STATUSES} value={status} onChange={setStatus} />
      </div>
      {products.problem && <LoadError problem={products.problem} retry={products.reload} />}
      {products.loading ? (
        <SkeletonLines lines={6} />
      ) : (
        <Table
          caption="Products"
          columns={COLUMNS}
          rows={products.items}
          rowKey={(product) => product.productId}
          empty={
            <EmptyState title="Nothing here">
              {search ? 'No product has these words.' : 'A product needs a title and a price, no more.'}
            </EmptyState>
          }
        />
      )}
      {products.more && (
        <div>
          <Button onClick={products.more}>Show more</Button>
        </div>
      )}
    </>
  );
}

const COLUMNS: Column<ProductView>[] = [
  { key: 'title', title: 'Product', render: (product) => <ProductCell product={product} /> },
  { key: 'price', title: 'Price', numeric: true, render: priceRange },
  {
    key: 'variants',
    title: 'Variants',
    numeric: true,
    wideOnly: true,
    render: (product) => onSale(product).length,
  },
  {
    key: 'status',
    title: 'State',
    render: ({ status }) => (
      <Badge tone={status === 'active' ? 'good' : 'plain'}>
        {status === 'active' ? 'On the shelf' : status === 'draft' ? 'Draft' : 'Archived'}
      </Badge>
    ),
  },
];

function ProductCell({ product }: { product: ProductView }) {
  const image = product.images[0];
  return (
    <div className="product-cell">
      {image ? (
        <img src={image.small} alt="" width={44} height={44} loading="lazy" />
      ) : (
        <span className="product-cell__none">
          <ImageOff size={18} aria-hidden="true" />
        </span>
      )}
      <span>
        <Link to={`/dashboard/products/${product.productId}`}>{product.title}</Link>
        <small>
          {onSale(product)
            .map((variant) => variant.sku)
            .slice(0, 3)
            .join(', ')}
        </small>
      </span>
    </div>
  );
}

function onSale(product: ProductView) {
  return product.variants.filter((variant) => !variant.archived);
}

function priceRange(product: ProductView) {
  const prices = onSale(product)
    .map((variant) => variant.price)
    .toSorted((a, b) => a.amount - b.amount);
  const [low, high] = [prices[0], prices.at(-1)];
  if (!low || !high) return '–';
  if (low.amount === high.amount) return <Money value={low} />;
  return (
    <>
      <Money value={low} /> – <Money value={high} />
    </>
  );
}
