/** Marks that turn the direction of what follows them, so that a text reads as another. */
const TURNING = /[\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g;

/** What needs no closer look, as most of what is shown. */
const PLAIN = /^[\n\t -~]*$/;

/**
 * Foreign text, made safe to be shown: what steers a terminal becomes a picture of itself, and lone halves of characters become U+FFFD.
 *
 * @example
 * tame('\u001b[31mred'); // '␛[31mred'
 */
export function tame(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .replaceAll(/\p{Surrogate}/gu, '\uFFFD')
    .replaceAll('\r\n', '\n')
    .replaceAll(/[\p{Cc}\uFEFF\uFFFE\uFFFF]/gu, pictured)
    .replaceAll(TURNING, '\uFFFD');
}

/** Unicode has pictures of the control characters of ASCII, and of no others. */
function pictured(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  if (character === '\n' || character === '\t') return character;
  return point === 0x7f ? '\u2421' : point < 0x20 ? String.fromCodePoint(0x2400 + point) : '\uFFFD';
}

/**
 * Every text in a value, made safe to be shown.
 *
 * @example
 * tameAll({ reason: 'a\u0007' }); // { reason: 'a␇' }
 */
export function tameAll<T>(value: T): T {
  return mapTexts(value, tame);
}

/** What holds nothing to be changed stays the object that it is: a ledger has tens of thousands of texts, and hardly any is foreign. */
function mapTexts<T>(value: T, map: (text: string) => string): T {
  if (typeof value === 'string') return map(value) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const mapped = value.map((item: unknown) => mapTexts(item, map));
    return (mapped.every((item, index) => item === value[index]) ? value : mapped) as T;
  }
  let changed: [string, unknown][] | undefined;
  for (const name of Object.keys(value)) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    const mapped = mapTexts(member, map);
    if (mapped !== member) (changed ??= []).push([name, mapped]);
  }
  return changed === undefined ? value : { ...value, ...Object.fromEntries(changed) };
}

/** In one line: what is broken over lines or blanks has one blank there. */
export function inLine(text: string): string {
  return tame(text).replaceAll(/\s+/g, ' ').trim();
}

/** At most so many characters, and how many are left out. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most).replace(/\p{Surrogate}$/u, '')}\n... ${text.length - most} more characters`;
}

/** A number of things, as wide for one as for many. */
export function padded(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? ' ' : 's'}`;
}
