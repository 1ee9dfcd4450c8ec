/**
 * What stands in a request for what only the moment of sending knows: `${active}` for the credential of an identity, `${job_id}` for what
 * the deployment has given, `${unique}` for a new name each time, `${active!upper}` for a value that was changed, and `${repeat 5000 a}`
 * for what is too long to be written down.
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

/** The parts of a text: what is written as it stands, and what is repeated. */
export function partsOf(text: string): readonly (string | { readonly unit: string; readonly times: number })[] {
  const parts: (string | { unit: string; times: number })[] = [];
  let end = 0;
  for (const found of text.matchAll(/\$\{repeat (\d+) ([^}]+)\}/g)) {
    parts.push(text.slice(end, found.index), { unit: found[2] ?? '', times: Number(found[1]) });
    end = found.index + found[0].length;
  }
  return [...parts, text.slice(end)].filter((part) => part !== '');
}

/** What changes make of a value: outputs must not show those of a credential either. */
export function changesOf(value: string): readonly string[] {
  return Object.values(CHANGES).map((change) => change(value));
}
