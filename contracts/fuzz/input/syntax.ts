import type { Draft } from '../draft.js';
import { repeated } from '../placeholders.js';
import type { Mutation } from './mutation.js';

type Rewrite = (body: string) => string | undefined;

/** What makes a text no JSON at all. */
const BROKEN: readonly (readonly [says: string, rewrite: Rewrite])[] = [
  ['the body cut off in the middle', (body) => body.slice(0, Math.max(1, body.length >> 1))],
  ['the body without its last character', (body) => body.slice(0, -1)],
  ['a word behind the body', (body) => `${body} x`],
  ['the body twice', (body) => body + body],
  ['a comment in the body', (body) => `/* x */${body}`],
  ['a comma behind the last member', (body) => body.replace(/\}$/, ',}')],
  ['single quotes', (body) => body.replaceAll('"', "'")],
  ['names without quotes', (body) => body.replaceAll(/"(\w+)":/g, '$1:')],
  ['NaN in the body', () => '{"a":NaN}'],
  ['Infinity in the body', () => '{"a":Infinity}'],
  ['the body undefined', () => 'undefined'],
  ['a number with a leading zero', () => '{"a":01}'],
  ['a number in hexadecimal', () => '{"a":0x10}'],
  ['a control character in a text', () => '{"a":"\u0001"}'],
  ['a line end in a text', () => '{"a":"\n"}'],
  ['an escape that there is not', () => String.raw`{"a":"\x41"}`],
  ['an escape that is cut off', () => String.raw`{"a":"\u00"}`],
  ['a body of blanks', () => '  \n'],
  ['a NUL', () => '\u0000'],
  ['an opening brace', () => '{'],
  ['a closing brace', () => '}'],
  ['10000 opening brackets', () => repeated('[', 10_000)],
  ['markup', () => '<a><b/></a>'],
  ['a form', () => 'a=1&b=2'],
];

/** What readers of JSON may or may not take. */
const OPEN: readonly (readonly [says: string, rewrite: Rewrite])[] = [
  ['a byte order mark before the body', (body) => `\ufeff${body}`],
  ['blanks around the body', (body) => ` \r\n\t${body}\n`],
  ['1000 blanks before the body', (body) => repeated(' ', 1000) + body],
  ['a body of 1100000 characters', (body) => body + repeated(' ', 1_100_000)],
];

/** A body that is not what it should be before anybody looks at what is in it. */
export function syntaxMutations({ operation, body }: Draft): readonly Mutation[] {
  if (operation.body?.json === undefined || body === undefined) return [];
  const { required } = operation.body;
  const mutation = (says: string, rewrite: Rewrite, expects: 'refused' | 'open'): Mutation => ({
    place: 'body text',
    family: 'syntax',
    says,
    expects,
    apply: (draft) => ({ ...draft, rewrite: [...draft.rewrite, (text) => (text === undefined ? text : rewrite(text))] }),
  });
  return [
    ...BROKEN.map(([says, rewrite]) => mutation(says, rewrite, 'refused')),
    ...OPEN.map(([says, rewrite]) => mutation(says, rewrite, 'open')),
    mutation('an empty body', () => '', required ? 'refused' : 'open'),
    mutation('no body', () => undefined, required ? 'refused' : 'open'),
  ];
}
