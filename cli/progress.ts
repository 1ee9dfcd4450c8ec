import type { RunEvent } from '../contracts/index.js';
import type { Io } from './io.js';

/** A line on a terminal that says how far a run is; nothing anywhere else. */
export interface Progress {
  show(event: RunEvent): void;
  clear(): void;
}

const REDRAW_MS = 80;

export function createProgress(io: Io): Progress {
  if (!io.errIsTerminal) return { show: () => undefined, clear: () => undefined };
  let drawn = -Infinity;
  return {
    show(event) {
      if (event.type !== 'path-finished') return;
      const now = performance.now();
      if (now - drawn < REDRAW_MS && event.done < event.paths) return;
      drawn = now;
      const { failure, cause } = event.line;
      const text = `${String(event.done).padStart(String(event.paths).length)}/${event.paths}  ${failure.operation.id} ${failure.code} (${cause})`;
      io.err(`\r\u001b[2K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
    },
    clear: () => io.err('\r\u001b[2K'),
  };
}
