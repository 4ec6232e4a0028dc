/** Whether `options` names a value for each of `optionNames` and nothing else. */
export function fitsOptions(optionNames: readonly string[], options: Record<string, string>): boolean {
  const names = Object.keys(options);
  return names.length === optionNames.length && optionNames.every((name) => Object.hasOwn(options, name));
}

/** The options as one text: equal exactly when two variants are the same to a buyer, whatever the case. */
export function optionsKey(optionNames: readonly string[], options: Record<string, string>): string {
  return JSON.stringify(optionNames.map((name) => (options[name] ?? '').toLowerCase()));
}

/** The options in words, in the product's order: `Large / Blue`. */
export function variantTitle(optionNames: readonly string[], options: Record<string, string>): string {
  return optionNames.map((name) => options[name] ?? '').join(' / ');
}

/** Every option with the values that occur, in the order of their first variant. */
export function optionValues(
  optionNames: readonly string[],
  variants: readonly { options: Record<string, string> }[],
): { name: string; values: string[] }[] {
  return optionNames.map((name) => ({
    name,
    values: [...new Set(variants.flatMap(({ options }) => options[name] ?? []))],
  }));
}
