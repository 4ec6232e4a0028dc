/** Waits for something that other work brings about; throws when it does not come within `ms`. */
export async function until(condition: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`it did not come to that within ${ms} ms`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
