/** An element of an XML document. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  /** Its own text, without that of its children. */
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: Element[];
  text: string;
}

const NOT_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const TOKEN = /<\?[^>]*\?>|<\/([\w-]+)>|<([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Reads the part of XML 1.0 that reports use, as strictly as the standard asks: whatever is not well-formed throws, line
 * ends are made equal (2.11) and white space in attributes becomes blanks (3.3.3).
 */
export function parseXml(xml: string): Element {
  if (NOT_XML.test(xml)) throw new Error(`a character that XML does not have: ${JSON.stringify(NOT_XML.exec(xml)?.[0])}`);
  const source = xml.replaceAll(/\r\n?/g, '\n');
  const root: Open = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(source);
    if (token === null) throw new Error(`not well-formed at ${at}: ${source.slice(at, at + 60)}`);
    const [, closed, opened, attributes = '', empty, text] = token;
    const parent = open.at(-1) as Open;
    if (text !== undefined) parent.text += resolve(text);
    if (opened !== undefined) {
      const element = { name: opened, attributes: parseAttributes(attributes), children: [], text: '' };
      parent.children.push(element);
      if (empty === '') open.push(element);
    }
    if (closed !== undefined && (open.pop() as Open).name !== closed) throw new Error(`</${closed}> closes nothing`);
  }
  const [element, ...others] = root.children;
  if (open.length !== 1 || element === undefined || others.length > 0) throw new Error('a document is one element');
  return element;
}

function parseAttributes(source: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = '', value = ''] of source.matchAll(/([\w-]+)="([^"]*)"/g)) {
    if (Object.hasOwn(attributes, name)) throw new Error(`two attributes ${name}`);
    attributes[name] = resolve(value.replaceAll(/[\t\n]/g, ' '));
  }
  return attributes;
}

function resolve(text: string): string {
  return text.replaceAll(/&(?:#(\d+);|#x([0-9a-f]+);|(\w+);)?/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    const character = name === undefined ? undefined : ENTITIES[name];
    if (character === undefined) throw new Error(`${whole} is no entity`);
    return character;
  });
}
