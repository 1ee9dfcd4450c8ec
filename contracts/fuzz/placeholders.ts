/**
 * What stands in a request for what only the moment of sending knows: `${active}` for the credential of an identity, `${job_id}` for what
 * the deployment has given, `${unique}` for a new name each time, `${active!upper}` for a value that was changed, `${repeat 5000 a}`
 * for what is too long to be written down, and in bodies `${bytes ff00}` for what is no text.
 */
export type Values = ReadonlyMap<string, string>;

/** How a value is written where it stands. */
export type Notation = 'target' | 'header' | 'body';

const PLACEHOLDER = /\$\{(?:repeat (\d+) ([^}]+)|([A-Za-z_][\w.-]*)(?:!(\w+))?)\}/g;

/** What becomes of a value: of a credential it makes one that was never issued, if it changes anything at all. */
const CHANGES: Readonly<Record<string, (value: string) => string>> = {
  upper: (value) => value.toUpperCase(),
  lower: (value) => value.toLowerCase(),
  swapped: (value) =>
    value.replaceAll(/[a-z]/gi, (letter) => (letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase())),
  cut: (value) => value.slice(0, -1),
  other: (value) => `${value.slice(0, -1)}${value.endsWith('0') ? '1' : '0'}`,
  doubled: (value) => value + value,
  reversed: (value) => [...value].toReversed().join(''),
};

const NOTATIONS: Readonly<Record<Notation, (value: string) => string>> = {
  target: encodeURIComponent,
  header: (value) => value,
  body: (value) => JSON.stringify(value).slice(1, -1),
};

/**
 * A text with its placeholders filled in; those that nothing is known of stay as they are.
 *
 * @example
 * fill('Bearer ${active}', new Map([['active', 'secret']]), 'header'); // 'Bearer secret'
 *
 * @param unique Makes a new name for each `${unique}`.
 */
export function fill(text: string, values: Values, notation: Notation, unique: () => string = () => 'unique'): string {
  return text.replace(PLACEHOLDER, (whole, times: string | undefined, unit: string | undefined, name = '', change?: string) => {
    if (times !== undefined) return (unit ?? '').repeat(Number(times));
    const value = name === 'unique' ? unique() : values.get(name);
    if (value === undefined) return whole;
    return NOTATIONS[notation]((change === undefined ? undefined : CHANGES[change])?.(value) ?? value);
  });
}

/** Whether a change in a text changes nothing: a token of digits has no case. */
export function isIdle(text: string, values: Values): boolean {
  return [...text.matchAll(PLACEHOLDER)].some(([, , , name = '', change]) => {
    const value = values.get(name);
    return value !== undefined && change !== undefined && CHANGES[change]?.(value) === value;
  });
}

/** So many of something, written short where that is shorter. */
export function repeated(unit: string, times: number): string {
  return times < 40 ? unit.repeat(times) : `\${repeat ${times} ${unit}}`;
}

/** Bytes that are no text, in hexadecimal digits, as they stand in a body. */
export const bytes = (digits: string): string => `\${bytes ${digits}}`;

/** A part of a text: what is written as it stands, what is repeated, and what is no text. */
export type Part = string | { readonly unit: string; readonly times: number } | { readonly bytes: string };

/** The parts of a text. */
export function partsOf(text: string): readonly Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const found of text.matchAll(/\$\{(?:repeat (\d+) ([^}]+)|bytes ([0-9a-f]+))\}/g)) {
    const [whole, times, unit = '', digits] = found;
    parts.push(text.slice(end, found.index), digits === undefined ? { unit, times: Number(times) } : { bytes: digits });
    end = found.index + whole.length;
  }
  return [...parts, text.slice(end)].filter((part) => part !== '');
}

/** A body as it is sent, whose other placeholders are filled in. */
export function toBody(text: string): string | Buffer {
  const parts = partsOf(text);
  if (!parts.some((part) => typeof part !== 'string' && 'bytes' in part)) return text;
  return Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'string') return Buffer.from(part);
      return 'bytes' in part ? Buffer.from(part.bytes, 'hex') : Buffer.from(part.unit.repeat(part.times));
    }),
  );
}

/** How many bytes a text has. */
export function sizeOf(text: string): number {
  const sizes = partsOf(text).map((part) => {
    if (typeof part === 'string') return Buffer.byteLength(part);
    return 'bytes' in part ? part.bytes.length / 2 : Buffer.byteLength(part.unit) * part.times;
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** How many characters a text has, as schemas count: of a surrogate pair, one. */
export function lengthOf(text: string): number {
  const lengths = partsOf(text).map((part) => {
    if (typeof part === 'string') return [...part].length;
    return 'bytes' in part ? part.bytes.length / 2 : [...part.unit].length * part.times;
  });
  return lengths.reduce((sum, length) => sum + length, 0);
}

/** What changes make of a value: outputs must not show those of a credential either. */
export function changesOf(value: string): readonly string[] {
  return Object.values(CHANGES).map((change) => change(value));
}
