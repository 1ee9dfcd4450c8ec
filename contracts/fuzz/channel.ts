/**
 * Events of work that tells them from wherever it is, in the order in which they were told. Whoever stops listening lets the work end.
 *
 * @example
 * for await (const event of channel<string>(async (emit) => emit('begun'), () => abort.abort())) console.log(event);
 *
 * @param stop Called when nobody listens any more.
 */
export async function* channel<T>(work: (emit: (event: T) => void) => Promise<void>, stop: () => void): AsyncGenerator<T> {
  const waiting: T[] = [];
  let wake = (): void => undefined;
  let over = false;
  const emit = (event: T): void => {
    waiting.push(event);
    wake();
  };
  const done = work(emit).finally(() => {
    over = true;
    wake();
  });
  // Thrown where it is awaited; until then nobody has failed to catch it.
  done.catch(() => undefined);
  try {
    for (;;) {
      const next = waiting.shift();
      if (next !== undefined) yield next;
      else if (over) break;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    stop();
    await done;
  }
}
