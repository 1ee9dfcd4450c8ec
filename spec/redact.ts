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
  const needles: Needles = { groups: new Map(), begins: new Uint8Array(BEGINNINGS) };
  const known = new Set<string>();
  const search = (text: string): Span[] => {
    if (needles.groups.size === 0) return [];
    const spans: Span[] = [];
    for (const view of viewsOf({ text }, DEEPEST)) {
      for (const span of searchIn(view.text, needles)) spans.push(inSource(view, span));
    }
    return spans.sort((a, b) => a.from - b.from || b.to - a.to);
  };
  return {
    add(value, name) {
      if (value.length < SHORTEST_SECRET || known.has(value)) return;
      known.add(value);
      for (const needle of needlesOf(value, `$${name}`)) {
        const key = needle.text.slice(0, SHORTEST_SECRET);
        needles.begins[beginningOf(key, 0)] = 1;
        const group = needles.groups.get(key);
        if (group === undefined) needles.groups.set(key, [needle]);
        else group.push(needle);
      }
    },
    redact: (text) => replace(text, search(text)),
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
  /** By their first characters. */
  readonly groups: Map<string, Needle[]>;
  /** Which beginnings there are: nearly every place of a text is passed by without a look at the groups. */
  readonly begins: Uint8Array;
}

/** A power of two. */
const BEGINNINGS = 65_536;

/** Four characters as a number below {@link BEGINNINGS}; different ones may have the same. */
function beginningOf(text: string, at: number): number {
  const sum = ((text.charCodeAt(at) * 31 + text.charCodeAt(at + 1)) * 31 + text.charCodeAt(at + 2)) * 31 + text.charCodeAt(at + 3);
  return (sum ^ (sum >>> 16)) & (BEGINNINGS - 1);
}

function* searchIn(text: string, { groups, begins }: Needles): Generator<Span> {
  for (let at = 0; at <= text.length - SHORTEST_SECRET; at++) {
    if (begins[beginningOf(text, at)] === 0) continue;
    for (const needle of groups.get(text.slice(at, at + SHORTEST_SECRET)) ?? []) {
      if (!text.startsWith(needle.text, at)) continue;
      yield { name: needle.name, from: Math.max(at - needle.before, 0), to: Math.min(at + needle.text.length + needle.after, text.length) };
    }
  }
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

/** Escapes within escapes: percent-encoded in JSON, JSON in JSON. */
const DEEPEST = 2;
/** One by one: a secret may itself hold what looks like an escape of another kind. */
const ESCAPES: readonly RegExp[] = [
  /(?:%[0-9a-f]{2})+/gi,
  /\\u[0-9a-f]{4}|\\["\\/bfnrt]/gi,
  /&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-f]{1,6});/gi,
];
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
function* viewsOf(view: View, levels: number): Generator<View> {
  yield view;
  if (levels === 0) return;
  for (const escapes of ESCAPES) {
    const less = unescape(view, escapes);
    if (less !== undefined) yield* viewsOf(less, levels - 1);
  }
}

/** One level of escapes less; `undefined` where there are none. */
function unescape({ text, starts }: View, escapes: RegExp): View | undefined {
  const matches = [...text.matchAll(escapes)];
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
