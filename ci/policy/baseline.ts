import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { OUTCOMES } from '../../contracts/index.js';
import { displayName, InputError, readFileText, type Finding, type Location } from '../../spec/index.js';
import type { Line } from '../lines.js';
import { plainly } from './plainly.js';
import type { Violation } from './types.js';

const LARGEST = 64 * 1_048_576;

const schema = z.strictObject({
  violations: z.array(
    z.strictObject({
      deployment: z.string().min(1),
      line: z.string().min(1),
      outcome: z.enum(OUTCOMES),
      observed: z.string().nullable(),
      wrong: z.array(z.string()),
    }),
  ),
});

/**
 * Reads the file of known violations.
 *
 * @throws {InputError} `baseline-invalid`; `policy-invalid` where it is missing, with the place that names it
 */
export function readBaseline(
  path: string,
  how: { readonly mayBeMissing: boolean; readonly named: Location; readonly policy: string },
): { readonly violations: readonly Violation[]; readonly sha256: string } {
  if (!existsSync(path)) {
    if (how.mayBeMissing) return { violations: [], sha256: '' };
    throw new InputError([missing(path, how)]);
  }
  try {
    const text = readFileText(path, LARGEST);
    const { violations } = schema.parse(JSON.parse(text));
    return { violations, sha256: createHash('sha256').update(text).digest('hex') };
  } catch (error) {
    throw new InputError([unreadable(path, error as Error, how.policy)]);
  }
}

/**
 * The file of known violations as text: sorted, one member a line, so that a change of it can be read.
 *
 * @example
 * writeFileSync('failpath.baseline.json', formatBaseline(violations));
 */
export function formatBaseline(violations: readonly Violation[]): string {
  const ordered = violations.toSorted((a, b) => compare(a.deployment, b.deployment) || compare(keyOf(a), keyOf(b)));
  const unique = ordered.filter((one, index) => index === 0 || keyOf(one) !== keyOf(ordered[index - 1] as Violation));
  const written = unique.map(({ deployment, line, outcome, observed, wrong }) => ({ deployment, line, outcome, observed, wrong }));
  return `${JSON.stringify({ violations: written }, null, 2)}\n`;
}

/** What a line that is wrong would be in the file. */
export function violationOf({ name, outcome, observed, wrong }: Line, deployment: string): Violation {
  return { deployment, line: name, outcome, observed, wrong: [...new Set(wrong)].toSorted() };
}

/** Two with one key are the same violation. */
export function keyOf({ deployment, line, outcome, observed, wrong }: Violation): string {
  return JSON.stringify([deployment, line, outcome, observed, wrong]);
}

/** The same wherever it is made: no locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function missing(path: string, { named, policy }: { readonly named: Location; readonly policy: string }): Finding {
  return {
    problem: 'policy-invalid',
    what: `baseline: there is no file ${displayName(path)}`,
    why: 'Without it, violations that are known could not be told from new ones.',
    remedy: `Begin it from a run without the policy. First: failpath verify; then: failpath gate --ledger failpath-report/ledger.json --policy ${policy} --write-baseline`,
    location: named,
  };
}

function unreadable(path: string, error: Error, policy: string): Finding {
  const what =
    error instanceof z.ZodError
      ? error.issues
          .slice(0, 3)
          .map((issue) => `${issue.path.join('.') || 'the file'}: ${plainly(issue.message)}`)
          .join('; ')
      : error.message.slice(0, 200);
  return {
    problem: 'baseline-invalid',
    what: `${displayName(path)}: ${what}`,
    why: 'What is misread would let new violations pass for known ones.',
    remedy: `Write it again: failpath gate --ledger failpath-report/ledger.json --policy ${policy} --write-baseline`,
  };
}
