/** How long a process that is asked may think before it counts as silent. */
const PATIENCE_MS = 2_000;

/** Whether `url` answers with a success now; a refusal, a silence and a closed port are all a no. */
export async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
