const BROWSERS: readonly [RegExp, string][] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\/|\bOpera\b/, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];

/** Android says Linux, and phones of Apple say Mac OS X: the narrower name goes first. */
const SYSTEMS: readonly [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

/** What a person would call the device behind a User-Agent header: "Firefox on Windows". Programs keep their own name. */
export function deviceWords(client: string): string {
  if (!client) return 'A program';
  const browser = nameIn(BROWSERS, client);
  const system = nameIn(SYSTEMS, client);
  if (browser) return system ? `${browser} on ${system}` : browser;
  return client.split(/[\s(]/, 1)[0] || 'A program';
}

function nameIn(names: readonly [RegExp, string][], client: string): string | undefined {
  return names.find(([pattern]) => pattern.test(client))?.[1];
}
