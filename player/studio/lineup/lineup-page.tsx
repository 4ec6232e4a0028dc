import { SaleList } from './sale-list.tsx';
import { LineupEditor } from './lineup-editor.tsx';
import './lineup.css';

/** Which products the show presents, in which order, and its flash sales. */
export function LineupPage() {
  return (
    <div className="two-columns">
      <LineupEditor />
      <SaleList />
    </div>
  );
}
