import { useEffect, useId, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Check } from 'lucide-react';
import { Button, IconButton, type ButtonLook } from './button.tsx';
import { cx } from './cx.ts';
import './menu.css';

export interface MenuItem {
  key: string;
  label: ReactNode;
  icon?: ReactNode;
  /** Present on choices: whether this one is the present one. */
  checked?: boolean;
  danger?: boolean;
  disabled?: boolean;
  onSelect: () => void;
}

interface MenuProps {
  label: string;
  /** An icon alone, or a text button when `text` is given. */
  icon: ReactNode;
  text?: ReactNode;
  look?: ButtonLook;
  size?: 'sm' | 'md';
  /** A function is asked when the list opens. */
  items: readonly MenuItem[] | (() => readonly MenuItem[]);
  /** Where the list opens. */
  place?: 'below' | 'above';
}

/** A button that opens a list of acts or choices: arrows move, Escape closes, focus returns to the button. */
export function Menu({ label, icon, text, look = 'quiet', size, items, place = 'below' }: MenuProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const root = useRef<HTMLDivElement>(null);
  useCloseOutside(root, open, () => setOpen(false));
  useEffect(() => {
    if (open) (find(root, '[aria-checked="true"]') ?? find(root, '[data-item]'))?.focus();
  }, [open]);
  const wiring = {
    'aria-haspopup': 'menu',
    'aria-expanded': open,
    'aria-controls': id,
    'data-trigger': '',
    onClick: () => setOpen(!open),
  } as const;
  const close = () => {
    setOpen(false);
    find(root, '[data-trigger]')?.focus();
  };
  return (
    <div ref={root} className="menu" onKeyDown={(event) => open && move(event, root, close)}>
      {text === undefined ? (
        <IconButton label={label} look={look} size={size} {...wiring}>
          {icon}
        </IconButton>
      ) : (
        <Button look={look} size={size} icon={icon} aria-label={label} {...wiring}>
          {text}
        </Button>
      )}
      {open && (
        <div id={id} className={cx('menu__list', `menu__list--${place}`)} role="menu" aria-label={label}>
          {(typeof items === 'function' ? items() : items).map((item) => (
            <button
              key={item.key}
              type="button"
              data-item
              className={cx('menu__item', item.danger && 'menu__item--danger')}
              role={item.checked === undefined ? 'menuitem' : 'menuitemradio'}
              aria-checked={item.checked}
              disabled={item.disabled}
              tabIndex={-1}
              onClick={() => {
                close();
                item.onSelect();
              }}
            >
              {item.icon}
              <span className="grow">{item.label}</span>
              {item.checked && <Check aria-hidden="true" />}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function find(root: React.RefObject<HTMLElement | null>, selector: string): HTMLElement | null {
  return root.current?.querySelector<HTMLElement>(selector) ?? null;
}

function move(
  event: React.KeyboardEvent,
  root: React.RefObject<HTMLElement | null>,
  close: () => void,
): void {
  if (event.key === 'Escape' || event.key === 'Tab') {
    if (event.key === 'Escape') event.preventDefault();
    event.stopPropagation();
    return close();
  }
  const items = [...(root.current?.querySelectorAll<HTMLElement>('[data-item]:not(:disabled)') ?? [])];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  items.at(to % items.length)?.focus();
}

function useCloseOutside(root: React.RefObject<HTMLElement | null>, open: boolean, close: () => void): void {
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) close();
    };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  });
}
