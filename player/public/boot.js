// Runs before everything else. A file of its own because the content security policy allows no inline script.

// zod asks whether it may compile code; the policy forbids that and would report the question as a violation.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });

// A chosen theme is set before the first paint so that it never flashes.
try {
  const theme = localStorage.getItem('sf_theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // storage is blocked: the system's preference applies
}
