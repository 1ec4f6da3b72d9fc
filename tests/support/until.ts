/** Waits until the condition holds (or gives a value), polling; fails with what was waited for. */
export async function until<T>(
  condition: () => T | Promise<T>,
  options: { readonly timeoutMs?: number; readonly what?: string } = {},
): Promise<NonNullable<T>> {
  const timeoutMs = options.timeoutMs ?? 45_000;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== null && value !== false) return value;
    if (Date.now() > deadline)
      throw new Error(`not within ${timeoutMs} ms: ${options.what ?? condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
