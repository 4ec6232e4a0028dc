import { Plus, Search } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { listProductsEndpoint, type ProductView } from '#contracts';
import { LoadError } from '../../app/page-error.tsx';
import { usePages } from '../../app/use-resource.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { TextField } from '../../ui/field.tsx';
import { Money } from '../../ui/money.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { ProductPicture } from '../../watch/shelf/product-picture.tsx';
import { leadVariant } from '../../watch/use-offer.ts';

interface ProductPickerProps {
  open: boolean;
  shopId: string;
  taken: ReadonlySet<string>;
  onPick: (product: ProductView) => void;
  onClose: () => void;
}

/** The shop's products, found by their title. */
export function ProductPicker({ open, ...rest }: ProductPickerProps) {
  return (
    <Dialog open={open} title="Add products" onClose={rest.onClose}>
      {open && <Finder {...rest} />}
    </Dialog>
  );
}

function Finder({ shopId, taken, onPick }: Omit<ProductPickerProps, 'open'>) {
  const [search, setSearch] = useState('');
  const query = { limit: 50, ...(search.trim() ? { search: search.trim() } : {}) };
  const products = usePages(listProductsEndpoint, { params: { shopId }, query });
  return (
    <div className="stack">
      <TextField
        label="Find a product"
        bare
        type="search"
        placeholder="Find a product"
        before={<Search />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {products.loading && <SkeletonLines lines={4} />}
      {products.problem && <LoadError problem={products.problem} retry={products.reload} />}
      {!products.loading && !products.problem && products.items.length === 0 && (
        <EmptyState title="Nothing found" action={<Link to="/dashboard/products">Make a product</Link>} />
      )}
      <ul role="list" className="lineup" aria-label="Products of the shop">
        {products.items.map((product) => {
          const lead = leadVariant(product);
          const inShow = taken.has(product.productId);
          return (
            <li key={product.productId} className="lineup__one">
              <span className="rundown__picture">
                <ProductPicture product={product} size="small" />
              </span>
              <span className="grow">
                <b className="lineup__title">{product.title}</b>
                {lead && <Money value={lead.price} />}
              </span>
              <Button
                size="sm"
                icon={inShow ? undefined : <Plus />}
                disabled={inShow}
                aria-label={inShow ? `${product.title} is in the show` : `Add ${product.title}`}
                onClick={() => onPick(product)}
              >
                {inShow ? 'In the show' : 'Add'}
              </Button>
            </li>
          );
        })}
      </ul>
      {products.more && <Button onClick={products.more}>Show more</Button>}
    </div>
  );
}
