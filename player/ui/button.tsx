import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { Link, type LinkProps } from 'react-router';
import './button.css';
import { cx } from './cx.ts';

export type ButtonLook = 'primary' | 'volt' | 'plain' | 'quiet' | 'danger' | 'stage';
type ButtonSize = 'sm' | 'md' | 'lg';

interface Shared {
  look?: ButtonLook;
  size?: ButtonSize;
  icon?: ReactNode;
  wide?: boolean;
}

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement>, Shared {
  /** Shows that the act is under way and ignores further presses; the button keeps its focus and its size. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

/** The button of every page. `volt` is kept for the one act a page is about: buy, pay, go live. */
export function Button({ look, size, icon, wide, busy, className, children, onClick, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={classes({ look, size, wide }, className)}
      aria-disabled={busy || rest['aria-disabled']}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      {busy ? <span className="button__spinner" aria-hidden="true" /> : icon}
      {children !== undefined && <span className="button__label">{children}</span>}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonProps, 'icon' | 'children' | 'wide'> {
  /** The accessible name, also shown as a tooltip. */
  label: string;
  children: ReactNode;
}

/** A button that shows only an icon; its name is read aloud and shown on hover. */
export function IconButton({
  label,
  look = 'quiet',
  size,
  busy,
  className,
  children,
  ...rest
}: IconButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={classes({ look, size }, cx('button--icon', className))}
      aria-label={label}
      title={label}
      aria-busy={busy || undefined}
    >
      {busy ? <span className="button__spinner" aria-hidden="true" /> : children}
    </button>
  );
}

/** A link that looks like a button: use it when the press goes to another address. */
export function ButtonLink({ look, size, icon, wide, className, children, ...rest }: LinkProps & Shared) {
  return (
    <Link {...rest} className={classes({ look, size, wide }, className)}>
      {icon}
      <span className="button__label">{children as ReactNode}</span>
    </Link>
  );
}

function classes({ look = 'plain', size = 'md', wide }: Shared, more?: string): string {
  return cx('button', `button--${look}`, size !== 'md' && `button--${size}`, wide && 'button--wide', more);
}
