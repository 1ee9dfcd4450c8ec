import { EXIT } from '../../ci/index.js';
import { formatSeen, readLedgers, tallySeen, type SeenReport } from '../../contracts/index.js';
import { loadContract } from '../../spec/index.js';
import { contractFile } from '../contract.js';
import type { Io } from '../io.js';
import { createSelection, type SelectOptions } from '../select.js';

export interface SeenOptions extends SelectOptions {
  readonly contract?: string;
  readonly failOn?: readonly ('undeclared' | 'never-seen')[];
  readonly json?: boolean;
}

/**
 * `failpath seen`: over ledgers of many runs, which declared failures has nobody ever seen, and which undeclared ones were?
 *
 * @throws {InputError} for a ledger, a contract or a filter that cannot be used
 */
export async function seen(files: readonly string[], options: SeenOptions, io: Io): Promise<number> {
  const contract = await loadContract(contractFile(options.contract));
  const selection = createSelection(contract, options);
  const ledgers = readLedgers(files);
  const report = tallySeen(contract, ledgers, ({ operation, status, code }) =>
    selection({ operation: { id: operation ?? '' }, status, code: code ?? '' }),
  );
  const exitCode = exitCodeOf(report, options.failOn ?? []);
  if (options.json === true) io.out(`${JSON.stringify({ ...report, exitCode }, null, 2)}\n`);
  else io.out(formatSeen(report, io));
  if (exitCode === EXIT.unjudged) io.err('The ledgers hold no answer at all: nothing was sent, or nothing was answered.\n');
  return exitCode;
}

function exitCodeOf({ ledgers, neverSeen, undeclared }: SeenReport, failOn: readonly string[]): number {
  const counts: Readonly<Record<string, number>> = { undeclared: undeclared.length, 'never-seen': neverSeen.length };
  // Whoever has seen nothing has found nothing: no answer is no finding.
  if (ledgers.every(({ answers }) => answers === 0)) return EXIT.unjudged;
  return failOn.some((finding) => (counts[finding] ?? 0) > 0) ? EXIT.finding : EXIT.proven;
}
