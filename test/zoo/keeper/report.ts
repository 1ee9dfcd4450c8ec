import type { Contract } from '../../../spec/index.js';
import type { Hunted } from '../hunt.js';
import { summed, type MutantClass } from '../mutant.js';
import { isKilling, matrixOf, type Matrix, type MatrixRow } from './matrix.js';

/** What a hunt has come to. */
export interface Report {
  /** 0 when every liar was caught, every neutral one spared and, unless only some were hunted, the matrix is complete. */
  readonly exitCode: 0 | 1;
  /** For people, on a terminal. */
  readonly text: string;
  /** The same for programs. */
  readonly json: string;
  readonly markdown: string;
}

const CLASSES: readonly (readonly [MutantClass, well: string])[] = [
  ['wire', 'caught'],
  ['behaviour', 'caught'],
  ['transport', 'caught'],
  ['neutral', 'spared'],
];

/** What a report needs to know of the hunt. */
interface Circumstances {
  readonly contract: Contract;
  readonly partial: boolean;
  readonly durationMs: number;
}

/**
 * What a hunt has come to, for people and programs.
 *
 * @example
 * const { exitCode, text } = reportOf(hunted, { contract, partial: false, durationMs });
 */
export function reportOf(hunted: readonly Hunted[], { contract, partial, durationMs }: Circumstances): Report {
  const matrix = matrixOf(contract, hunted);
  const unwell = hunted.filter(({ well }) => !well);
  const isComplete = partial || matrix.complete;
  const counts = CLASSES.map(([kind, word]) => {
    const all = hunted.filter(({ mutant }) => mutant.class === kind);
    return `${kind} ${all.filter(({ well }) => well).length} of ${all.length} ${word}`;
  });
  const lines = [
    ...unwell.map(
      ({ mutant, why }) => `✗ ${mutant.class === 'neutral' ? 'blamed' : 'survived'}: ${mutant.name}\n  ${mutant.breaks}\n  ${why}`,
    ),
    ...(isComplete ? [] : [`✗ no mutant killed by its own line: ${summed(matrix.rows.filter((row) => !isKilling(row)).map(named), ', ')}`]),
    `${hunted.length} mutants in ${(durationMs / 1000).toFixed(1)} s: ${counts.join(', ')}`,
    partial ? 'Only some were hunted: there is no matrix to complete.' : matrixLine(matrix),
  ];
  return {
    exitCode: unwell.length === 0 && isComplete ? 0 : 1,
    text: `${lines.join('\n')}\n`,
    json: `${JSON.stringify({ partial, complete: matrix.complete, matrix: matrix.rows, mutants: hunted.map(told) }, null, 2)}\n`,
    markdown: toMarkdown(matrix, hunted, counts),
  };
}

function matrixLine({ rows, complete }: Matrix): string {
  return `Matrix ${complete ? 'complete' : 'incomplete'}: ${rows.filter(isKilling).length} of ${rows.length} failures have killed mutants by their own lines.`;
}

function named({ operation, status, code }: MatrixRow): string {
  return `${operation} ${status} ${code}`;
}

function told({ mutant: { name, class: kind, breaks, lines }, well, why, exitCode, caughtBy, durationMs }: Hunted): object {
  return { name, class: kind, breaks, lines, well, why, exitCode, caughtBy, durationMs: Math.round(durationMs) };
}

function toMarkdown(matrix: Matrix, hunted: readonly Hunted[], counts: readonly string[]): string {
  const rows = matrix.rows.map((row) => {
    const [wire, behaviour] = [row.killed.wire, row.killed.behaviour];
    return `| ${row.operation} | ${row.status} | ${row.code} | ${wire.length} | ${behaviour.length} | ${behaviour.slice(0, 3).join('; ')} |`;
  });
  const unwell = hunted.filter(({ well }) => !well).map(({ mutant, why }) => `- **${mutant.name}** (${mutant.class}): ${why}`);
  return [
    '# Kill matrix',
    '',
    `${counts.join(', ')}. ${matrixLine(matrix)}`,
    ...(unwell.length === 0 ? [] : ['', '## Not well', '', ...unwell]),
    '',
    '| operation | status | code | wire | behaviour | such as |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
