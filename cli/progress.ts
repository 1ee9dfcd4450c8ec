import type { CauseLine, ProbeLine, RunEvent } from '../contracts/index.js';
import type { Io } from './io.js';

/** A line on a terminal that says how far a run is; nothing anywhere else. */
export interface Progress {
  show(event: RunEvent): void;
  clear(): void;
}

const REDRAW_MS = 80;

/** Says nothing. */
export const QUIET: Progress = { show: () => undefined, clear: () => undefined };

export function createProgress(io: Io): Progress {
  if (!io.errIsTerminal) return QUIET;
  let drawn = -Infinity;
  return {
    show(event) {
      if (event.type !== 'path-finished' && event.type !== 'probe-finished') return;
      const [all, what] = event.type === 'path-finished' ? [event.paths, nameOf(event.line)] : [event.probes, probeOf(event.line)];
      const now = performance.now();
      if (now - drawn < REDRAW_MS && event.done < all) return;
      drawn = now;
      const text = `${String(event.done).padStart(String(all).length)}/${all}  ${what}`;
      io.err(`\r\u001b[2K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
    },
    clear: () => io.err('\r\u001b[2K'),
  };
}

const nameOf = ({ failure, cause }: CauseLine): string => `${failure.operation.id} ${failure.code} (${cause})`;
const probeOf = ({ probe }: ProbeLine): string => `${probe.operation.id} ${probe.kind}: ${probe.name}`;
