import { createColors } from 'picocolors';
import { groupBy } from '../../spec/index.js';
import { LET_PASS, type Reason } from '../decision.js';

type Colors = ReturnType<typeof createColors>;

/**
 * Reasons of a decision as people read them, those that differ in nothing but their line told once.
 *
 * @example
 * process.stdout.write(formatReasons(ledger.reasons).join('\n\n'));
 */
export function formatReasons(reasons: readonly Reason[], colors: Colors = createColors(false)): string[] {
  return [...groupBy(reasons, ({ failure: _, ...rest }) => JSON.stringify(rest)).values()].map((group) => {
    const [{ kind, what, why, remedy, where }] = group;
    const mark = LET_PASS.has(kind) ? colors.dim('·') : colors.red('✗');
    const named = LET_PASS.has(kind) ? colors.dim(kind) : colors.red(kind);
    const names = group.flatMap(({ failure }) => (failure === undefined ? [] : [colors.dim(`    ${failure}`)]));
    const told: readonly [string, string | undefined][] = [
      ['why', why],
      ['policy', where],
      ['fix', remedy],
    ];
    const rest = told.flatMap(([word, text]) => (text === undefined ? [] : [`    ${colors.dim(word.padEnd(11))} ${text}`]));
    return [`${mark} ${named}  ${what}`, ...names, ...rest].join('\n');
  });
}
