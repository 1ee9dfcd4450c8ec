import type { Tables } from './rows.js';

/** How many of the last changes are told of one by one. */
const FEED = 1_000;
const LAST = 'feed';

/** Tells the stores of all processes, inside of the transaction that changed a world. */
export function announce({ feed, about }: Tables, sender: string, world: string): void {
  const number = Number(about.get(LAST) ?? 0) + 1;
  about.putSync(LAST, String(number));
  feed.putSync(key(number), JSON.stringify([sender, world]));
  feed.removeSync(key(number - FEED));
}

/** Answers a function that tells which worlds others have changed since it was last called; a nameless one when there were too many. */
export function follow({ root, feed, about }: Tables, me: string): () => readonly (string | undefined)[] {
  const end = (): number => {
    // What other processes have written since the last read transaction began.
    root.resetReadTxn();
    return Number(about.get(LAST) ?? 0);
  };
  let position = end();
  return () => {
    const from = position;
    position = end();
    if (position - from > FEED) return [undefined];
    const numbers = Array.from({ length: Math.max(0, position - from) }, (_, index) => from + 1 + index);
    return numbers.flatMap((number) => {
      const [sender, world] = JSON.parse(feed.get(key(number)) ?? '[]') as readonly string[];
      return sender === me ? [] : [world];
    });
  };
}

function key(number: number): string {
  return String(number).padStart(16, '0');
}
