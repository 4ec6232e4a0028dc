interface Combined {
  optionNames: string[];
  variants: { sku: string; options: Record<string, string> }[];
}

/** The server takes no more options, and no more variants of one product. */
const MOST_OPTIONS = 3;
const MOST_VARIANTS = 100;

/**
 * Lines such as `Size: S, M, L` as every combination of their values, each with a SKU of its own. Gives `fault` in
 * words where a line cannot be read.
 */
export function combineOptions(text: string, sku: string): Combined | { fault: string } {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const options: { name: string; values: string[] }[] = [];
  for (const line of lines) {
    const [name = '', list] = line.split(':').map((part) => part.trim());
    const values = [...new Set((list ?? '').split(',').map((value) => value.trim()))].filter(Boolean);
    if (!name || values.length === 0) return { fault: `“${line.trim()}” is not of the form “Size: S, M, L”` };
    if (options.some((option) => option.name === name)) return { fault: `“${name}” stands there twice` };
    options.push({ name, values });
  }
  if (options.length > MOST_OPTIONS) return { fault: `${MOST_OPTIONS} options at most` };
  let combinations: Record<string, string>[] = [{}];
  for (const { name, values } of options) {
    combinations = combinations.flatMap((before) => values.map((value) => ({ ...before, [name]: value })));
  }
  if (combinations.length > MOST_VARIANTS) return { fault: `${MOST_VARIANTS} combinations at most` };
  return {
    optionNames: options.map((option) => option.name),
    variants: combinations.map((combination) => ({ sku: skuOf(sku, combination), options: combination })),
  };
}

function skuOf(sku: string, combination: Record<string, string>): string {
  const endings = Object.values(combination).map((value) =>
    value.toUpperCase().replaceAll(/[^A-Z0-9]+/g, ''),
  );
  return [sku.trim(), ...endings].filter(Boolean).join('-').slice(0, 64);
}
