/** Values that must never appear in any output, with the names that stand in for them. */
export interface Redactor {
  /** From now on `value` is shown as `$NAME`, in whatever encoding it turns up. Values under 8 characters hide too little to be found safely. */
  add(value: string, name: string): void;
  redact(text: string): string;
  /** The first secret that a text holds, by its name with a `$`. */
  find(text: string): string | undefined;
}

/** The length of the shortest secret that can be told from ordinary text. */
export const SHORTEST_SECRET = 8;

/** One form of a secret that is looked for, and how many characters around it belong to the secret as well. */
interface Needle {
  readonly text: string;
  readonly name: string;
  readonly before: number;
  readonly after: number;
}

interface Span {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Hides secrets by value: as they are, percent-encoded, in base64 at any offset, and as JSON or HTML write them.
 *
 * @example
 * const redactor = createRedactor();
 * redactor.add('afo_sk_live_0123', 'FAILPATH_ACTIVE');
 * redactor.redact('Authorization: Bearer afo_sk_live_0123'); // 'Authorization: Bearer $FAILPATH_ACTIVE'
 */
export function createRedactor(): Redactor {
  // By their first characters: a run knows hundreds of secrets, and a text is gone through once for all of them.
  const needles: Needles = { texts: new Map(), lengths: new Map(), grams: new Uint8Array(GRAMS) };
  const known = new Set<string>();
  const search = (text: string): readonly Span[] => {
    if (needles.texts.size === 0 || text.length < SHORTEST_SECRET) return NONE;
    if (!ESCAPES.some(({ mark }) => text.includes(mark))) return inOrder(searchIn(text, needles));
    const spans: Span[] = [];
    for (const view of viewsOf({ text }, DEEPEST, needles.breaks === true ? ESCAPES : ESCAPES_IN_LINES)) {
      for (const span of searchIn(view.text, needles)) spans.push(inSource(view, span));
    }
    return inOrder(spans);
  };
  return {
    add(value, name) {
      if (value.length < SHORTEST_SECRET || known.has(value)) return;
      known.add(value);
      for (const needle of needlesOf(value, `$${name}`)) remember(needles, needle);
    },
    redact: (text) => {
      const spans = search(text);
      return spans.length === 0 ? text : replace(text, spans);
    },
    find: (text) => search(text)[0]?.name,
  };
}

/**
 * A value as it is, and inside a longer base64 text: there it depends on the offset, so the part that does not is looked
 * for, and what surrounds it holds the first and last bytes.
 */
function needlesOf(value: string, name: string): Needle[] {
  const bytes = Buffer.from(value);
  const base64 = [0, 1, 2].flatMap((offset): Needle[] => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const [from, to] = [offset === 0 ? 0 : 4, Math.floor((offset + bytes.length) / 3) * 4];
    const after = [0, 2, 3][(offset + bytes.length) % 3] as number;
    const inner = { text: text.slice(from, to), name, before: [0, 3, 2][offset] as number, after };
    const forUrls = inner.text.replaceAll('+', '-').replaceAll('/', '_');
    return forUrls === inner.text ? [inner] : [inner, { ...inner, text: forUrls }];
  });
  return [{ text: value, name, before: 0, after: 0 }, ...base64];
}

/** What is looked for. */
interface Needles {
  /** By all of their characters: keys of one kind begin alike, and a run knows thousands of them. */
  readonly texts: Map<string, Needle[]>;
  /** How long those are that begin with these characters. */
  readonly lengths: Map<string, number[]>;
  /**
   * Which runs of {@link GRAM} characters their beginnings hold, wherever in them: whoever looks at every {@link STRIDE}th place of a text
   * comes upon one of each secret in it, and nearly all other places are passed by without a closer look.
   */
  readonly grams: Uint8Array;
  /** Whether any holds what {@link BREAK} says: hardly any does. */
  breaks?: boolean;
}

function remember(needles: Needles, needle: Needle): void {
  const { texts, lengths, grams } = needles;
  const { text } = needle;
  const same = texts.get(text);
  if (same !== undefined) {
    same.push(needle);
    return;
  }
  texts.set(text, [needle]);
  const key = text.slice(0, SHORTEST_SECRET);
  for (let at = 0; at < STRIDE; at++) grams[gramAt(key, at)] = 1;
  if (BREAK.test(text)) needles.breaks = true;
  const known = lengths.get(key);
  if (known === undefined) lengths.set(key, [text.length]);
  else if (!known.includes(text.length)) known.push(text.length);
}

/** How many characters are looked at together. */
const GRAM = 4;
/** Of the first characters of a secret, so many runs begin at places next to each other; one of them is where a text is looked at. */
const STRIDE = SHORTEST_SECRET - GRAM + 1;
/** A power of two. */
const GRAMS = 65_536;

/** Characters as a number below {@link GRAMS}; different ones may have the same. */
function gramAt(text: string, at: number): number {
  const sum = ((text.charCodeAt(at) * 31 + text.charCodeAt(at + 1)) * 31 + text.charCodeAt(at + 2)) * 31 + text.charCodeAt(at + 3);
  return (sum ^ (sum >>> 16)) & (GRAMS - 1);
}

function searchIn(text: string, needles: Needles): readonly Span[] {
  const { grams } = needles;
  const last = text.length - SHORTEST_SECRET;
  let spans: Span[] | undefined;
  for (let at = STRIDE - 1; at <= text.length - GRAM; at += STRIDE) {
    if (grams[gramAt(text, at)] !== 1) continue;
    for (let from = at - STRIDE + 1; from <= Math.min(at, last); from++) {
      const found = needlesAt(text, from, needles);
      if (found !== undefined) (spans ??= []).push(...found);
    }
  }
  return spans ?? NONE;
}

function needlesAt(text: string, at: number, { texts, lengths }: Needles): Span[] | undefined {
  return lengths.get(text.slice(at, at + SHORTEST_SECRET))?.flatMap((length) => {
    // What is cut off by the end of the text has another length than what is looked for.
    const found = texts.get(text.slice(at, at + length)) ?? [];
    return found.map(({ name, before, after }) => ({
      name,
      from: Math.max(at - before, 0),
      to: Math.min(at + length + after, text.length),
    }));
  });
}

const NONE: readonly Span[] = [];

/** The first one first, and of those that begin together the longest. */
function inOrder(spans: readonly Span[]): readonly Span[] {
  return spans.length < 2 ? spans : spans.toSorted((a, b) => a.from - b.from || b.to - a.to);
}

/** Replaces spans by their names; those that overlap are one, and what they cover is gone altogether. */
function replace(text: string, spans: readonly Span[]): string {
  let result = '';
  let end = 0;
  for (const { name, from, to } of spans) {
    if (from >= end) result += text.slice(end, from) + name;
    end = Math.max(end, to);
  }
  return result + text.slice(end);
}

/** A text as it reads once its escapes are resolved; `starts[i]` is where character `i` begins in the source, with its end as the last. */
interface View {
  readonly text: string;
  readonly starts?: Uint32Array;
}

/** A kind of escape: the character that each begins with, and what they look like. */
interface Escapes {
  readonly mark: string;
  readonly pattern: RegExp;
}

/** Escapes within escapes: percent-encoded in JSON, JSON in JSON. */
const DEEPEST = 2;
/** One by one: a secret may itself hold what looks like an escape of another kind. */
const ESCAPES: readonly Escapes[] = [
  { mark: '%', pattern: /(?:%[0-9a-f]{2})+/gi },
  { mark: '\\', pattern: /\\u[0-9a-f]{4}|\\["\\/bfnrt]/gi },
  { mark: '&', pattern: /&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-f]{1,6});/gi },
];
/** What stands for a break is nothing but a break: as long as no secret has one, it need not be resolved to find secrets before and behind it. */
const ESCAPES_IN_LINES: readonly Escapes[] = ESCAPES.map(({ mark, pattern }) =>
  mark === '\\' ? { mark, pattern: /\\u[0-9a-f]{4}|\\["\\/]/gi } : { mark, pattern },
);
/** What a secret may not hold for that: a break, or what begins the escape of one. */
const BREAK = /[\b\f\n\r\t\\]/;
const SHORT: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

/** A text, and how it reads without one or more levels of escapes. */
function* viewsOf(view: View, levels: number, known: readonly Escapes[]): Generator<View> {
  yield view;
  if (levels === 0) return;
  for (const escapes of known) {
    const less = unescape(view, escapes);
    if (less !== undefined) yield* viewsOf(less, levels - 1, known);
  }
}

/** One level of escapes less; `undefined` where there are none. */
function unescape({ text, starts }: View, { mark, pattern }: Escapes): View | undefined {
  // Most texts have none, and are not to be taken apart to find that out.
  if (!text.includes(mark)) return undefined;
  const matches = [...text.matchAll(pattern)];
  if (matches.length === 0) return undefined;
  const next = new Uint32Array(text.length + 1);
  const sourceOf = (index: number): number => starts?.[index] ?? index;
  let [result, end] = ['', 0];
  const copy = (to: number): void => {
    for (let index = end; index < to; index++) next[result.length + index - end] = sourceOf(index);
    result += text.slice(end, to);
    end = to;
  };
  for (const { 0: escape, index } of matches) {
    copy(index);
    let at = index;
    for (const [character, length] of resolve(escape)) {
      for (let unit = 0; unit < character.length; unit++) next[result.length + unit] = sourceOf(at);
      result += character;
      at += length;
    }
    end = index + escape.length;
  }
  copy(text.length);
  next[result.length] = sourceOf(text.length);
  return { text: result, starts: next.subarray(0, result.length + 1) };
}

/** The characters that an escape stands for, each with the length of its part of the escape. */
function resolve(escape: string): [string, number][] {
  if (escape.startsWith('%'))
    return [...charactersOf(Buffer.from(escape.replaceAll('%', ''), 'hex'))].map(([character, bytes]) => [character, 3 * bytes]);
  if (/^\\u/i.test(escape)) return [[String.fromCharCode(Number.parseInt(escape.slice(2), 16)), escape.length]];
  const body = escape.startsWith('&') ? escape.slice(1, -1).toLowerCase() : escape.slice(1);
  const point = body.startsWith('#x') ? Number.parseInt(body.slice(2), 16) : body.startsWith('#') ? Number(body.slice(1)) : undefined;
  const character = point === undefined ? (SHORT[body] ?? body) : point > 0x10ffff ? '\uFFFD' : String.fromCodePoint(point);
  return [[character, escape.length]];
}

/** UTF-8, character by character with its length in bytes; what is none stays a single byte, so that what follows keeps its place. */
function* charactersOf(bytes: Buffer): Generator<[string, number]> {
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at] as number;
    const length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    const character = bytes.toString('utf8', at, at + length);
    const whole = !character.includes('\uFFFD');
    yield [whole ? character : '\uFFFD', whole ? length : 1];
    at += whole ? length : 1;
  }
}

function inSource({ starts }: View, { name, from, to }: Span): Span {
  return starts === undefined ? { name, from, to } : { name, from: starts[from] as number, to: starts[to] as number };
}
