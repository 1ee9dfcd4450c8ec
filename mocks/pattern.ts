import { parsePattern, type Node, type Range } from './pattern-parser.js';

/** Where samples take their decisions from: chance for dynamic answers, always the least for static ones. */
export interface Choose {
  /** Both bounds included. */
  integer(min: number, max: number): number;
}

/** Writes strings that match a regular expression. */
export interface PatternWriter {
  /** `spare`: how often an open-ended repetition may go beyond its least. */
  write(choose: Choose, spare: number): string;
}

/**
 * Compiles a regular expression into a writer of strings that match it. What it writes is to be checked against the
 * expression: anchors in the middle and word boundaries are not looked at.
 *
 * @example
 * compilePattern('^0x[0-9a-f]{4}$')?.write({ integer: (min) => min }, 0); // '0x0000'
 *
 * @returns `undefined` for what cannot be written forwards: look-around, back-references, unusual `\p{...}`.
 */
export function compilePattern(pattern: string): PatternWriter | undefined {
  const node = parsePattern(pattern);
  return node === undefined ? undefined : { write: (choose, spare) => write(node, choose, spare) };
}

function write(node: Node, choose: Choose, spare: number): string {
  if (node.kind === 'class') return pickCharacter(node.ranges, choose);
  if (node.kind === 'group') {
    const branch = node.branches[choose.integer(0, node.branches.length - 1)] ?? [];
    return branch.map((part) => write(part, choose, spare)).join('');
  }
  const times = choose.integer(node.min, Math.min(node.max, node.min + spare));
  let text = '';
  for (let count = 0; count < times; count++) text += write(node.node, choose, spare);
  return text;
}

function pickCharacter(ranges: readonly Range[], choose: Choose): string {
  const size = ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  let index = choose.integer(0, size - 1);
  for (const [from, to] of ranges) {
    if (index <= to - from) return String.fromCodePoint(from + index);
    index -= to - from + 1;
  }
  return '';
}
