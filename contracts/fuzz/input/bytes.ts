import { gzipSync } from 'node:zlib';
import { withHeaders, type Draft } from '../draft.js';
import { bytes } from '../placeholders.js';
import { NO_JSON, type Mutation } from './mutation.js';

type Rewrite = (body: string) => string;

const hex = (text: string, encoding: BufferEncoding): string => Buffer.from(text, encoding).toString('hex');

/** What is JSON in no encoding. */
const BROKEN: readonly (readonly [says: string, rewrite: Rewrite])[] = [
  ['a byte that is no UTF-8', () => bytes('ff')],
  ['a NUL byte behind the body', (body) => body + bytes('00')],
  ['bytes that are no text', () => bytes('00ff10fe80c0')],
  ['a byte order mark and nothing else', () => bytes('efbbbf')],
];

/** What readers may mend, or take for another encoding. */
const OPEN: readonly (readonly [says: string, rewrite: Rewrite])[] = [
  ['a text with a byte that is no UTF-8', () => `{"a":"${bytes('ff')}"}`],
  ['a text with a character that is longer than it may be', () => `{"a":"${bytes('c0af')}"}`],
  ['a text with half of a character', () => `{"a":"${bytes('eda080')}"}`],
  ['a text that ends in the middle of a character', () => `{"a":"${bytes('e282')}"}`],
  ['a member whose name is no UTF-8', () => `{"${bytes('fffe')}":1}`],
  ['a body in UTF-16', () => bytes(`fffe${hex('{}', 'utf16le')}`)],
  ['a body in UTF-16 without a mark', () => bytes(hex('{}', 'utf16le'))],
  ['a body in UTF-32', () => bytes('fffe00007b0000007d000000')],
];

const GZIP = gzipSync('{}');
const wrongSum = Buffer.from(GZIP).fill(0xee, GZIP.length - 8, GZIP.length - 4);

/** Content codings, and what they are said to be of. */
const CODED: readonly (readonly [says: string, coding: string, body: string, expects: 'refused' | 'open'])[] = [
  ['content-encoding gzip over what is none', 'gzip', bytes('1f8b080000000000ffff'), 'refused'],
  ['content-encoding gzip over plain text', 'gzip', '{}', 'open'],
  ['content-encoding gzip over one that is cut off', 'gzip', bytes(GZIP.subarray(0, 12).toString('hex')), 'refused'],
  ['content-encoding gzip with a wrong checksum', 'gzip', bytes(wrongSum.toString('hex')), 'open'],
  ['content-encoding gzip over {}', 'gzip', bytes(GZIP.toString('hex')), 'open'],
  ['content-encoding gzip over a million blanks', 'gzip', bytes(gzipSync(`${' '.repeat(1_000_000)}{}`).toString('hex')), 'open'],
  ['content-encoding br over what is none', 'br', bytes('ffffffff'), 'refused'],
  ['content-encoding deflate over what is none', 'deflate', bytes('ffffffff'), 'refused'],
];

/** Bodies that are no text at all, and such as are not encoded as they say. */
export function bytesMutations({ operation, body }: Draft): readonly Mutation[] {
  if (operation.body?.json === undefined || body === undefined) return [];
  const mutation = (says: string, expects: 'refused' | 'open', rewrite: Rewrite): Mutation => ({
    place: 'body text',
    family: 'bytes',
    ...(expects === 'refused' ? { cause: NO_JSON } : {}),
    says,
    expects,
    apply: (draft) => ({ ...draft, rewrite: [...draft.rewrite, (text) => (text === undefined ? text : rewrite(text))] }),
  });
  const [plainest] = BROKEN.map(([says, rewrite]) => mutation(says, 'refused', rewrite));
  const plainer = plainest === undefined ? [] : [plainest];
  const bytesOf = (says: string, expects: 'refused' | 'open', rewrite: Rewrite): Mutation => {
    const own = mutation(says, expects, rewrite);
    return says === plainest?.says ? own : { ...own, smaller: () => plainer };
  };
  return [
    ...BROKEN.map(([says, rewrite]) => bytesOf(says, 'refused', rewrite)),
    ...OPEN.map(([says, rewrite]) => bytesOf(says, 'open', rewrite)),
    ...CODED.map(([says, coding, text, expects]): Mutation => {
      const own = bytesOf(says, expects, () => text);
      // Without the coding, it is a body like any other of those.
      const bare = bytesOf(`${says}, without saying so`, 'open', () => text);
      return {
        ...own,
        place: 'content-encoding',
        smaller: () => [bare, ...plainer],
        apply: (draft) => own.apply(withHeaders(draft, 'content-encoding', coding)),
      };
    }),
  ];
}
