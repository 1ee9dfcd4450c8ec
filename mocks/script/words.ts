import type { Location } from '../../spec/index.js';
import { shorten } from './show.js';
import type { Rule } from './types.js';

/** A rule in a sentence: its name or id, and where it was written. */
export function labelOf({ name, id, source }: Pick<Rule, 'name' | 'id' | 'source'>): string {
  return `rule ${name === undefined ? shorten(id, 100) : JSON.stringify(shorten(name, 100))} (${shorten(source, 200)})`;
}

/** The place that a rule's source tells, if it tells one. */
export function placeOf(source: string): Location | undefined {
  const [, file, line, column] = /^(.+):(\d+):(\d+)$/s.exec(source) ?? [];
  return file === undefined ? undefined : { file, line: Number(line), column: Number(column) };
}
