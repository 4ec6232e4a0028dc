import { useId, useRef } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { cx } from './cx.ts';
import './tabs.css';

export interface Tab<Key extends string> {
  key: Key;
  label: ReactNode;
  /** A small figure beside the label, such as how many wait in a queue. */
  count?: number;
}

interface TabsProps<Key extends string> {
  label: string;
  tabs: readonly Tab<Key>[];
  value: Key;
  onChange: (key: Key) => void;
  children: ReactNode;
  /** Fills the height it is given and lets the panel scroll by itself. */
  fill?: boolean;
}

/** Tabs after the WAI-ARIA pattern: arrows move between tabs, Tab goes into the panel. */
export function Tabs<Key extends string>({ label, tabs, value, onChange, children, fill }: TabsProps<Key>) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const go = (event: KeyboardEvent) => {
    const at = tabs.findIndex((tab) => tab.key === value);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    const next = to === undefined ? undefined : tabs.at(to % tabs.length);
    if (!next) return;
    event.preventDefault();
    onChange(next.key);
    list.current?.querySelector<HTMLElement>(`[data-key="${next.key}"]`)?.focus();
  };
  return (
    <div className={cx('tabs', fill && 'tabs--fill')}>
      <div ref={list} className="tabs__list" role="tablist" aria-label={label} onKeyDown={go}>
        {tabs.map((tab) => (
          <button
            key={tab.key}
            type="button"
            role="tab"
            id={`${id}-${tab.key}`}
            data-key={tab.key}
            className="tabs__tab"
            aria-selected={tab.key === value}
            aria-controls={`${id}-panel`}
            tabIndex={tab.key === value ? 0 : -1}
            onClick={() => onChange(tab.key)}
          >
            {tab.label}
            {tab.count !== undefined && tab.count > 0 && <span className="tabs__count num">{tab.count}</span>}
          </button>
        ))}
      </div>
      <div id={`${id}-panel`} className="tabs__panel" role="tabpanel" aria-labelledby={`${id}-${value}`}>
        {children}
      </div>
    </div>
  );
}
