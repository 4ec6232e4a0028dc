import { useId } from 'react';
import type { InputHTMLAttributes, ReactNode, SelectHTMLAttributes, TextareaHTMLAttributes } from 'react';
import { cx } from './cx.ts';
import './field.css';

interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: string | null;
  /** Hides the label from sight only; a screen reader still reads it. */
  bare?: boolean;
  className?: string;
}

interface Wiring {
  id: string;
  'aria-describedby'?: string;
  'aria-invalid'?: true;
}

/** A label, its control, its hint and its fault, wired together for assistive technology. */
function Field({
  label,
  hint,
  error,
  bare,
  className,
  children,
}: FieldProps & { children: (wiring: Wiring) => ReactNode }) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className={cx('field', error && 'field--bad', className)}>
      <label htmlFor={id} className={bare ? 'sr-only' : 'field__label'}>
        {label}
      </label>
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': error ? true : undefined })}
      {hint && (
        <p id={`${id}-hint`} className="field__hint">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="field__error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

interface TextFieldProps extends FieldProps, Omit<InputHTMLAttributes<HTMLInputElement>, 'className'> {
  before?: ReactNode;
  after?: ReactNode;
}

/** One line of text, a number, a date or a file. */
export function TextField({ label, hint, error, bare, className, before, after, ...input }: TextFieldProps) {
  return (
    <Field {...{ label, hint, error, bare, className }}>
      {(wiring) => (
        <span className="field__box">
          {before && <span className="field__affix">{before}</span>}
          <input {...input} {...wiring} className="field__input" />
          {after && <span className="field__affix">{after}</span>}
        </span>
      )}
    </Field>
  );
}

type TextAreaProps = FieldProps & Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'className'>;

/** Several lines of text. */
export function TextArea({ label, hint, error, bare, className, ...input }: TextAreaProps) {
  return (
    <Field {...{ label, hint, error, bare, className }}>
      {(wiring) => (
        <span className="field__box">
          <textarea rows={3} {...input} {...wiring} className="field__input" />
        </span>
      )}
    </Field>
  );
}

interface SelectProps extends FieldProps, Omit<SelectHTMLAttributes<HTMLSelectElement>, 'className'> {
  options: readonly { value: string; label: string; disabled?: boolean }[];
}

/** One of a few named values, by the browser's own list. */
export function SelectField({ label, hint, error, bare, className, options, ...input }: SelectProps) {
  return (
    <Field {...{ label, hint, error, bare, className }}>
      {(wiring) => (
        <span className="field__box">
          <select {...input} {...wiring} className="field__input">
            {options.map((option) => (
              <option key={option.value} value={option.value} disabled={option.disabled}>
                {option.label}
              </option>
            ))}
          </select>
        </span>
      )}
    </Field>
  );
}

interface CheckProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'className' | 'type'> {
  label: ReactNode;
  hint?: ReactNode;
  /** A switch acts at once, a tick box is sent with its form. */
  as?: 'tick' | 'switch';
}

/** A yes or no. */
export function CheckField({ label, hint, as = 'tick', ...input }: CheckProps) {
  const id = useId();
  return (
    <div className={cx('check', as === 'switch' && 'check--switch')}>
      <input
        {...input}
        id={id}
        type="checkbox"
        role={as === 'switch' ? 'switch' : undefined}
        aria-describedby={hint ? `${id}-hint` : undefined}
      />
      <label htmlFor={id}>{label}</label>
      {hint && (
        <p id={`${id}-hint`} className="field__hint">
          {hint}
        </p>
      )}
    </div>
  );
}
