import { WIDTH } from './expression.js';
import { key, quote } from './text.js';

/**
 * A value as it is written in a module, on one line if it fits there.
 *
 * @example
 * literal({ 'a.b': [400] }, '', 10); // "{ 'a.b': [400] }"
 *
 * @param before how many characters stand before it on its line
 */
export function literal(value: unknown, indent: string, before: number): string {
  const line = onOneLine(value);
  // With the comma that follows.
  if (before + line.length + 1 <= WIDTH && !mustBreak(value)) return line;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    return `[\n${value.map((item) => `${inner}${literal(item, inner, inner.length)},\n`).join('')}${indent}]`;
  }
  return typeof value === 'object' && value !== null ? record(value, indent) : line;
}

/** An object with a line for each of its members. */
export function record(value: object, indent: string): string {
  const inner = `${indent}  `;
  const members = Object.entries(value).map(([name, member]) => {
    const begun = `${inner}${key(name)}: `;
    return `${begun}${literal(member, inner, begun.length)},\n`;
  });
  return members.length === 0 ? '{}' : `{\n${members.join('')}${indent}}`;
}

function onOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(', ')}]`;
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const members = Object.entries(value).map(([name, member]) => `${key(name)}: ${onOneLine(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

/** As the formatter has it: several objects of several members stand on lines of their own. */
function mustBreak(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value) && value.length > 1 && value.every(hasSeveral)) return true;
  return Object.values(value).some(mustBreak);
}

function hasSeveral(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 1;
}
