import { Check, Copy, Eye, EyeOff } from 'lucide-react';
import { useId, useState } from 'react';
import { IconButton } from '../../ui/button.tsx';
import { copyText } from '../../ui/copy-text.ts';

const SHOWN_MS = 2_000;

/** Something to be copied elsewhere. A secret is covered, for those who share their screen. */
export function CopyField({ label, value, secret }: { label: string; value: string; secret?: boolean }) {
  const id = useId();
  const [covered, setCovered] = useState(secret ?? false);
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    if (!(await copyText(value))) return setCovered(false); // to be copied by hand then
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  return (
    <div className="field">
      <label htmlFor={id} className="field__label">
        {label}
      </label>
      <span className="field__box">
        <input
          id={id}
          className="field__input copy-field"
          readOnly
          type={covered ? 'password' : 'text'}
          value={value}
          autoComplete="off"
          onFocus={(event) => event.currentTarget.select()}
        />
        {secret && (
          <IconButton
            label={covered ? `Show ${label}` : `Cover ${label}`}
            onClick={() => setCovered(!covered)}
          >
            {covered ? <Eye /> : <EyeOff />}
          </IconButton>
        )}
        <IconButton label={copied ? `${label} copied` : `Copy ${label}`} onClick={() => void copy()}>
          {copied ? <Check /> : <Copy />}
        </IconButton>
      </span>
    </div>
  );
}
