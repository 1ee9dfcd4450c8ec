/** Code points, both included. */
export type Range = readonly [from: number, to: number];

/** A part of a pattern, as far as writing it forwards goes. */
export type Node =
  | { readonly kind: 'class'; readonly ranges: readonly Range[] }
  | { readonly kind: 'group'; readonly branches: readonly (readonly Node[])[] }
  | { readonly kind: 'repeat'; readonly node: Node; readonly min: number; readonly max: number };

const DIGIT: readonly Range[] = [[0x30, 0x39]];
const WORD: readonly Range[] = [
  [0x61, 0x7a],
  [0x41, 0x5a],
  [0x30, 0x39],
  [0x5f, 0x5f],
];
const LETTERS: readonly Range[] = [
  [0x61, 0x7a],
  [0x41, 0x5a],
];
const ALPHANUMERIC: readonly Range[] = [...LETTERS, ...DIGIT];
const SPACE: readonly Range[] = [[0x20, 0x20]];
const PROPERTIES: Readonly<Record<string, readonly Range[]>> = {
  L: LETTERS,
  Letter: LETTERS,
  Alphabetic: LETTERS,
  Lu: [[0x41, 0x5a]],
  Ll: [[0x61, 0x7a]],
  N: DIGIT,
  Nd: DIGIT,
};
const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, 0: 0 };
const MAX_REPEAT = 10_000;

/**
 * Parses a regular expression as alternatives of sequences.
 *
 * @returns `undefined` for what cannot be written forwards: look-around, back-references, unusual `\p{...}`.
 */
export function parsePattern(pattern: string): Node | undefined {
  const parser = new Parser(pattern);
  const branches = parser.alternatives();
  return branches === undefined || !parser.done ? undefined : { kind: 'group', branches };
}

/** A recursive descent over the pattern; `undefined` means that it cannot be written. */
class Parser {
  readonly #text: readonly string[];
  #at = 0;

  constructor(pattern: string) {
    this.#text = Array.from(pattern);
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  alternatives(): (readonly Node[])[] | undefined {
    const branches: (readonly Node[])[] = [];
    do {
      const branch = this.#sequence();
      if (branch === undefined) return undefined;
      branches.push(branch);
    } while (this.#take('|'));
    return branches;
  }

  #sequence(): Node[] | undefined {
    const nodes: Node[] = [];
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined || char === '|' || char === ')') return nodes;
      if (this.#take('^') || this.#take('$') || this.#take('\\b')) continue;
      const atom = this.#atom();
      const node = atom === undefined ? undefined : this.#quantified(atom);
      if (node === undefined) return undefined;
      nodes.push(node);
    }
  }

  #atom(): Node | undefined {
    const char = this.#next();
    if (char === '(') return this.#group();
    if (char === '[') return classOf(this.#set());
    if (char === '.') return classOf(ALPHANUMERIC);
    if (char === '\\') return classOf(this.#escape());
    return char === undefined ? undefined : classOf(only(char));
  }

  #group(): Node | undefined {
    if (this.#take('?')) {
      const named = this.#take('<') && this.#text[this.#at] !== '=' && this.#text[this.#at] !== '!';
      if (named) while (this.#next() !== '>') if (this.done) return undefined;
      if (!named && !this.#take(':')) return undefined;
    }
    const branches = this.alternatives();
    return branches !== undefined && this.#take(')') ? { kind: 'group', branches } : undefined;
  }

  #quantified(node: Node): Node | undefined {
    const bounds = this.#bounds();
    if (bounds === undefined) return node;
    this.#take('?');
    return bounds[0] > MAX_REPEAT ? undefined : { kind: 'repeat', node, min: bounds[0], max: bounds[1] };
  }

  #bounds(): Range | undefined {
    if (this.#take('*')) return [0, Infinity];
    if (this.#take('+')) return [1, Infinity];
    if (this.#take('?')) return [0, 1];
    const match = this.#text[this.#at] === '{' ? /^\{(\d+)(,(\d*))?\}/.exec(this.#text.slice(this.#at, this.#at + 24).join('')) : null;
    if (match === null) return undefined;
    this.#at += match[0].length;
    const min = Number(match[1]);
    return [min, match[2] === undefined ? min : match[3] === '' ? Infinity : Number(match[3])];
  }

  #set(): readonly Range[] | undefined {
    const negated = this.#take('^');
    const ranges: Range[] = [];
    for (let char = this.#next(); char !== ']'; char = this.#next()) {
      const from = char === undefined ? undefined : char === '\\' ? this.#escape() : only(char);
      if (from === undefined) return undefined;
      const start = from[0];
      if (
        this.#text[this.#at] === '-' &&
        this.#text[this.#at + 1] !== ']' &&
        from.length === 1 &&
        start !== undefined &&
        start[0] === start[1]
      ) {
        this.#at++;
        const char2 = this.#next();
        const to = char2 === undefined ? undefined : char2 === '\\' ? this.#escape() : only(char2);
        if (to?.[0] === undefined || to[0][0] < start[0]) return undefined;
        ranges.push([start[0], to[0][0]]);
      } else ranges.push(...from);
    }
    return negated ? without(ranges) : ranges;
  }

  #escape(): readonly Range[] | undefined {
    const char = this.#next();
    switch (char) {
      case undefined:
        return undefined;
      case 'd':
        return DIGIT;
      case 'w':
        return WORD;
      case 's':
        return SPACE;
      case 'D':
        return LETTERS;
      case 'W':
        return SPACE;
      case 'S':
        return ALPHANUMERIC;
      case 'x':
        return this.#hex(/^([0-9a-f]{2})/i);
      case 'u':
        return this.#hex(/^([0-9a-f]{4})/i) ?? this.#hex(/^\{([0-9a-f]{1,6})\}/i);
      case 'p':
        return this.#property();
      default:
        return this.#literalEscape(char);
    }
  }

  #literalEscape(char: string): readonly Range[] | undefined {
    const control = CONTROLS[char];
    if (control !== undefined) return [[control, control]];
    return /[A-Za-z1-9]/.test(char) ? undefined : only(char);
  }

  #hex(form: RegExp): readonly Range[] | undefined {
    const match = form.exec(this.#text.slice(this.#at, this.#at + 8).join(''));
    if (match === null) return undefined;
    this.#at += match[0].length;
    const code = parseInt(match[1] ?? '', 16);
    return code > 0x10ffff ? undefined : [[code, code]];
  }

  #property(): readonly Range[] | undefined {
    const match = /^\{(?:General_Category=|gc=)?(\w+)\}/.exec(this.#text.slice(this.#at, this.#at + 40).join(''));
    if (match === null) return undefined;
    this.#at += match[0].length;
    return PROPERTIES[match[1] ?? ''];
  }

  #next(): string | undefined {
    return this.#text[this.#at++];
  }

  #take(text: string): boolean {
    if (!Array.from(text).every((char, index) => this.#text[this.#at + index] === char)) return false;
    this.#at += text.length;
    return true;
  }
}

function only(char: string): readonly Range[] {
  const code = char.codePointAt(0) ?? 0;
  return [[code, code]];
}

function classOf(ranges: readonly Range[] | undefined): Node | undefined {
  return ranges === undefined || ranges.length === 0 ? undefined : { kind: 'class', ranges };
}

/** What a negated set leaves of the letters and digits, otherwise of the printable characters. */
function without(excluded: readonly Range[]): readonly Range[] {
  const left = (ranges: readonly Range[]): Range[] =>
    ranges.flatMap(([from, to]) => {
      const codes = Array.from({ length: to - from + 1 }, (_, index) => from + index);
      return codes.filter((code) => !excluded.some(([low, high]) => code >= low && code <= high)).map((code): Range => [code, code]);
    });
  const plain = left(ALPHANUMERIC);
  return plain.length > 0 ? plain : left([[0x20, 0x7e]]);
}
