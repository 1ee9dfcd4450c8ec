import { jsonPointer, type Contract } from '../../../spec/index.js';
import { withHeaders, type Draft } from '../draft.js';
import { listOf } from '../schema.js';
import type { Mutation } from './mutation.js';

/** Types that are certainly not JSON. */
const OTHERS = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/xml',
  'application/octet-stream',
  'text/html',
];

/** Types that a server may take for JSON, or may not. */
const NEAR = [
  'application/json; charset=utf-8',
  'APPLICATION/JSON',
  'application/json;charset=utf-16',
  'application/json; charset=no-such-charset',
  'application/json;',
  'application/json, text/plain',
  'application/jsonx',
  'application/merge-patch+json',
  'text/json',
  'json',
  '*/*',
  'application/json; boundary="\'"',
];

const ENCODINGS = ['gzip', 'br', 'deflate', 'identity', 'gzip, gzip', 'no-such-coding', 'x-gzip', 'compress'];

/** Content types and encodings that a body does not have. */
export function mediaMutations(contract: Contract, { operation, body }: Draft): readonly Mutation[] {
  if (body === undefined) return [];
  const declared = operation.body === undefined ? [] : declaredTypes(contract, operation.pointer);
  const takes = (type: string): boolean =>
    operation.body?.json === undefined ||
    declared.some(
      (range) => range === '*/*' || range === type.split(';')[0] || (range.endsWith('/*') && type.startsWith(range.slice(0, -1))),
    );
  const mutation = (name: string, family: string, value: string, expects: 'refused' | 'open'): Mutation => ({
    place: name,
    family,
    says: `${name} ${value}`,
    expects,
    apply: (draft) => withHeaders(draft, name, value),
  });
  return [
    ...OTHERS.map((type) => mutation('content-type', 'content-type', type, takes(type) ? 'open' : 'refused')),
    ...NEAR.map((type) => mutation('content-type', 'content-type', type, 'open')),
    {
      place: 'content-type',
      family: 'content-type',
      says: 'no content-type',
      expects: 'open',
      apply: (draft) => withHeaders(draft, 'content-type'),
    },
    {
      place: 'content-type',
      family: 'content-type',
      says: 'two content-types',
      expects: 'open',
      apply: (draft) => withHeaders(draft, 'content-type', 'application/json', 'text/plain'),
    },
    ...ENCODINGS.map((coding) => mutation('content-encoding', 'content-encoding', coding, 'open')),
    ...['image/png', 'text/html;q=0', '*/*;q=0', '', 'no/such;q=x'].map((accept) => mutation('accept', 'accept', accept, 'open')),
  ];
}

/** The media types that an operation's body may have, as the document names them. */
function declaredTypes({ document }: Contract, pointer: string): readonly string[] {
  let body = jsonPointer.get(document, jsonPointer.join(pointer, 'requestBody')) as
    { readonly $ref?: unknown; readonly content?: object } | undefined;
  for (let hops = 0; typeof body?.$ref === 'string' && hops < 8; hops++)
    body = jsonPointer.get(document, jsonPointer.fromFragment(body.$ref) ?? '') as typeof body;
  return listOf(Object.keys(body?.content ?? {})).map((type) => String(type).toLowerCase());
}
