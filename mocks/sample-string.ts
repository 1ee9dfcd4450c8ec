import { compilePattern, type Choose, type PatternWriter } from './pattern.js';
import type { Source } from './sample.js';
import { greatest, least, type SchemaNode } from './schema.js';

/**
 * A string for the parts of a schema: the format, then a text that suits the name, then the pattern written forwards;
 * the first that satisfies all of them.
 */
export function sampleString(parts: readonly SchemaNode[], name: string, source: Source): string {
  const patterns = parts.flatMap(({ pattern }) => (typeof pattern === 'string' ? [compiled(pattern)] : []));
  const formats = parts.flatMap(({ format }) => (typeof format === 'string' ? [format] : []));
  const bounds: Bounds = {
    min: greatest(parts, 'minLength') ?? 0,
    max: least(parts, 'maxLength') ?? Infinity,
    bytes: least(parts, 'x-maxBytes') ?? Infinity,
  };
  const fits = (text: string): boolean => within(text, bounds) && patterns.every(({ expression }) => expression?.test(text) !== false);

  const formatted = formats.flatMap((format) => source.format(format, name) ?? []);
  const written = formatted.find(fits);
  if (written !== undefined) return written;
  const named = fitted(source.text(name), bounds);
  if (formatted.length === 0 && fits(named)) return named;
  for (const spare of [2, 8, 32, 128, bounds.min - 1, bounds.min, bounds.min + 8, 512]) {
    if (spare < 0) continue;
    for (const { writer } of patterns) {
      const text = [source, MOST].map((choose) => writer?.write(choose, spare)).find((text) => text !== undefined && fits(text));
      if (text !== undefined) return text;
    }
  }
  return formatted[0] ?? named;
}

/** Where the least of everything is too short. */
const MOST: Choose = { integer: (_min, max) => max };

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly bytes: number;
}

function within(text: string, { min, max, bytes }: Bounds): boolean {
  const length = Array.from(text).length;
  return length >= min && length <= max && Buffer.byteLength(text) <= bytes;
}

/** Repeats or cuts a text, by code points as JSON Schema counts. */
function fitted(text: string, bounds: Bounds): string {
  if (within(text, bounds)) return text;
  const max = Math.min(bounds.max, bounds.bytes);
  let longer = text === '' ? 'a' : text;
  while (longer.length < bounds.min && longer.length < 100_000) longer += ` ${text}`;
  return Array.from(longer)
    .slice(0, Math.min(max, Math.max(bounds.min, text.length)))
    .join('')
    .trim()
    .padEnd(bounds.min, 'a');
}

interface Compiled {
  readonly expression: RegExp | undefined;
  readonly writer: PatternWriter | undefined;
}

const cache = new Map<string, Compiled>();

/** The patterns of a contract are few and never change. */
function compiled(pattern: string): Compiled {
  let found = cache.get(pattern);
  if (found === undefined) cache.set(pattern, (found = { expression: expressionOf(pattern), writer: compilePattern(pattern) }));
  return found;
}

function expressionOf(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return undefined;
  }
}
