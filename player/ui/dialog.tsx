import { useEffect, useId, useRef } from 'react';
import type { ReactNode } from 'react';
import { X } from 'lucide-react';
import { IconButton } from './button.tsx';
import { cx } from './cx.ts';
import './dialog.css';

const FIRST_FIELD = '.dialog__body :is(input, select, textarea):enabled';

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  footer?: ReactNode;
  /** `sheet` rises from the bottom on a phone and stands at the right side on a wide screen. */
  as?: 'box' | 'sheet';
  /** A sheet that leaves the page behind it usable, such as the video and the chat. */
  modeless?: boolean;
  className?: string;
}

/** A dialog on the browser's own <dialog>: focus stays inside, Escape closes it, focus returns to where it was. */
export function Dialog({
  open,
  onClose,
  title,
  children,
  footer,
  as = 'box',
  modeless,
  className,
}: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useOpenState(ref, open, modeless ?? false);
  if (!open) return null;
  return (
    <dialog
      ref={ref}
      className={cx('dialog', `dialog--${as}`, modeless && 'dialog--modeless', className)}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={(event) => modeless && event.key === 'Escape' && onClose()}
      onClick={(event) => event.target === ref.current && !modeless && onClose()}
    >
      <div className="dialog__frame">
        <header className="dialog__head">
          <h2 id={titleId} className="dialog__title">
            {title}
          </h2>
          <IconButton label="Close" size="sm" onClick={onClose}>
            <X />
          </IconButton>
        </header>
        <div className="dialog__body">{children}</div>
        {footer && <footer className="dialog__foot">{footer}</footer>}
      </div>
    </dialog>
  );
}

function useOpenState(
  ref: React.RefObject<HTMLDialogElement | null>,
  open: boolean,
  modeless: boolean,
): void {
  useEffect(() => {
    const dialog = ref.current;
    if (!open || !dialog || dialog.open) return;
    const before = document.activeElement;
    if (modeless) dialog.show();
    else {
      dialog.showModal();
      dialog.querySelector<HTMLElement>(FIRST_FIELD)?.focus(); // else the button that closes it has the focus
    }
    return () => {
      dialog.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, [ref, open, modeless]);
}
