import { createStore } from '../core/store.ts';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'sf_theme';
const store = createStore<Theme>(readTheme());

export const themeStore = { get: store.get, subscribe: store.subscribe };

/** Sets the theme for this browser; `system` follows the device. `public/boot.js` applies it before the first paint. */
export function setTheme(theme: Theme): void {
  store.set(theme);
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // storage is blocked: the choice lasts as long as the page
  }
}

function readTheme(): Theme {
  const theme = document.documentElement.dataset['theme'];
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}
