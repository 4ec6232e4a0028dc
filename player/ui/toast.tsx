import { CheckCircle2, CircleAlert, Info, X } from 'lucide-react';
import { createStore } from '../core/store.ts';
import { IconButton } from './button.tsx';
import './toast.css';
import { useStore } from './use-store.ts';

type Tone = 'good' | 'bad' | 'info';

interface ToastEntry {
  id: number;
  tone: Tone;
  text: string;
  action?: { label: string; onPress: () => void };
}

const SHOWN_MS = 6_000;
const MAX_SHOWN = 3;

const toasts = createStore<readonly ToastEntry[]>([]);
let lastId = 0;

/** Says something that needs no answer. It is read aloud without moving the focus and leaves by itself. */
export function toast(text: string, tone: Tone = 'info', action?: ToastEntry['action']): void {
  lastId += 1;
  const entry = { id: lastId, tone, text, action };
  toasts.set([...toasts.get(), entry].slice(-MAX_SHOWN));
  setTimeout(() => dismiss(entry.id), action ? SHOWN_MS * 2 : SHOWN_MS);
}

function dismiss(id: number): void {
  toasts.set(toasts.get().filter((entry) => entry.id !== id));
}

/** Where toasts appear; the application has one. */
export function ToastRegion() {
  const shown = useStore(toasts);
  return (
    <div className="toasts" role="region" aria-label="Notifications">
      <div role="status" aria-live="polite" className="toasts__list">
        {shown.map((entry) => (
          <div key={entry.id} className={`toast toast--${entry.tone}`}>
            <ToneIcon tone={entry.tone} />
            <p className="grow">{entry.text}</p>
            {entry.action && (
              <button
                type="button"
                className="toast__action"
                onClick={() => {
                  entry.action?.onPress();
                  dismiss(entry.id);
                }}
              >
                {entry.action.label}
              </button>
            )}
            <IconButton label="Dismiss" size="sm" onClick={() => dismiss(entry.id)}>
              <X />
            </IconButton>
          </div>
        ))}
      </div>
    </div>
  );
}

function ToneIcon({ tone }: { tone: Tone }) {
  if (tone === 'good') return <CheckCircle2 aria-hidden="true" />;
  if (tone === 'bad') return <CircleAlert aria-hidden="true" />;
  return <Info aria-hidden="true" />;
}
