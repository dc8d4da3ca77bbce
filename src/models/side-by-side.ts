/**
 * What several generators yield, as it comes; at most so many run at once, the first ones first. When it is left, or one of
 * them throws, it aborts `over`, which they are to heed, and ends them all.
 */
export async function* sideBySide<Item>(
  sources: readonly AsyncGenerator<Item>[],
  most: number,
  over: AbortController,
): AsyncGenerator<Item> {
  const waiting = sources.values();
  const running = new Map<AsyncGenerator<Item>, Promise<Step<Item>>>();
  const advance = (source: AsyncGenerator<Item>) => {
    const step = source.next().then((result) => ({ source, result }));
    // It is looked at when it is waited for, or never: then nobody cares any more.
    step.catch(() => undefined);
    running.set(source, step);
  };
  const startNext = () => {
    const { value, done } = waiting.next();
    if (!done) advance(value);
  };

  try {
    for (let count = 0; count < most; count += 1) startNext();
    while (running.size > 0) {
      const { source, result } = await Promise.race(running.values());
      if (result.done) {
        running.delete(source);
        startNext();
      } else {
        advance(source);
        yield result.value;
      }
    }
  } finally {
    over.abort();
    await Promise.allSettled([...running.keys()].map((source) => source.return(undefined)));
  }
}

interface Step<Item> {
  readonly source: AsyncGenerator<Item>;
  readonly result: IteratorResult<Item, unknown>;
}
