import fc from 'fast-check';
import { WORLD } from '../../mocks/index.js';
import type { Contract, Operation } from '../../spec/index.js';

/** One request as it goes over the wire. */
export interface Input {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | undefined;
}

/** JSON values that break what trusts its input: odd numbers, odd keys, odd texts, depth. */
export const hostileJson: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value)) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      'null',
      '[]',
      '{}',
      '""',
      '0',
      '-0',
      '1e400',
      '-1e-400',
      '99999999999999999999999',
      '{"__proto__":{"polluted":true}}',
      '{"constructor":{"prototype":{"polluted":true}}}',
      '{"toString":1,"valueOf":2,"hasOwnProperty":3}',
      '{"a":1,"a":2}',
      '"\\ud800"',
      '"\\u0000"',
      '[1,]',
      '{"a"}',
      "{'a':1}",
      'NaN',
      'undefined',
      '\ufeff{}',
      `${'['.repeat(150)}${']'.repeat(150)}`,
      '['.repeat(5_000),
      `{"a":${'"x"'.padEnd(70_000, ' ')}}`,
      `"${'x'.repeat(70_000)}"`,
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
);

/** A valid value with one thing done to it. */
export function mutated(value: unknown): fc.Arbitrary<string> {
  const paths = pathsIn(value);
  const odd = fc.oneof(
    hostileJson.map((text) => ({ text })),
    fc.constant({ text: undefined }),
    fc
      .constantFrom('', ' ', '\u0000', 'x'.repeat(300), '…'.repeat(300), '../..', '<script>', "' or 1=1", '%00', '\r\nX-A: b')
      .map((text) => ({
        text: JSON.stringify(text),
      })),
  );
  return fc.tuple(fc.constantFrom(...paths), odd).map(([path, { text }]) => replaced(value, path, text));
}

type Path = readonly (string | number)[];

function pathsIn(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([name, member]) => pathsIn(member, [...at, name]))];
}

/** Written by hand, so that texts which are no JSON can stand where a value stood. */
function replaced(value: unknown, path: Path, text: string | undefined): string {
  const [first, ...rest] = path;
  if (first === undefined) return text ?? '';
  if (Array.isArray(value)) {
    const items = value.flatMap((item, index) => {
      if (String(index) !== first) return [JSON.stringify(item)];
      return text === undefined && rest.length === 0 ? [] : [replaced(item, rest, text)];
    });
    return `[${items.join(',')}]`;
  }
  const members = Object.entries(value as object).flatMap(([name, member]) => {
    if (name !== first) return [`${JSON.stringify(name)}:${JSON.stringify(member)}`];
    return text === undefined && rest.length === 0 ? [] : [`${JSON.stringify(name)}:${replaced(member, rest, text)}`];
  });
  return `{${members.join(',')}}`;
}

const segment = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...Object.values(WORLD.organizations)) },
  { weight: 2, arbitrary: fc.uuid() },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '0',
      '-1',
      '1e9',
      '99999999999999999999',
      '..',
      '.',
      '%00',
      '%2e%2e',
      '%',
      '%zz',
      '%E2%82',
      '%C3%BC',
      '{id}',
      '__proto__',
      'null',
      '*',
      'a'.repeat(3_000),
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }).map(encodeURIComponent) },
);

const headerValue = fc
  .string({ unit: fc.constantFrom(...'abcXYZ019 -_.,;=:/"\'%\\()<>@[]{}\t\u00e9'), maxLength: 60 })
  .map((text) => text.trim());

const headers: fc.Arbitrary<Record<string, string>> = fc
  .record(
    {
      authorization: fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...Object.values(WORLD.tokens), WORLD.admin).map((token) => `Bearer ${token}`) },
        {
          weight: 1,
          arbitrary: fc.constantFrom('Bearer', 'Bearer ', 'bearer x', 'Basic YTpi', 'Bearer afo_sk_live_', `Bearer ${'x'.repeat(5_000)}`),
        },
        { weight: 1, arbitrary: headerValue },
      ),
      'content-type': fc.oneof(
        { weight: 8, arbitrary: fc.constant('application/json') },
        {
          weight: 2,
          arbitrary: fc.constantFrom(
            'text/plain',
            'application/json; charset=utf-16',
            'application/',
            ';',
            'multipart/form-data',
            'APPLICATION/JSON',
          ),
        },
      ),
      'idempotency-key': fc.oneof(fc.constantFrom('k', '', 'k'.repeat(255), 'k'.repeat(256)), headerValue),
      prefer: fc.oneof(
        fc.constantFrom(
          'code=',
          'code=999',
          'code=-1',
          'error=',
          'error=x',
          'example=',
          'dynamic=true',
          'dynamic=maybe',
          'delay=1',
          'delay=-1',
          'error=api_key.revoked',
          ',,,',
          'code=422, code=401',
        ),
        headerValue,
      ),
      'x-mock-response-code': fc.constantFrom('401', '503', '999', 'abc', ''),
      accept: fc.constantFrom('*/*', 'application/json', 'text/html', 'x'),
      'accept-encoding': fc.constantFrom('gzip', 'br', 'identity;q=0', '*;q=0', ',,;q='),
      'content-encoding': fc.constantFrom('identity', 'gzip', 'br', 'deflate', 'compress', 'gzip, gzip'),
      origin: fc.constantFrom('https://example.com', 'null', 'http://127.0.0.1'),
      range: fc.constantFrom('bytes=0-0', 'bytes=-'),
      'x-odd': headerValue,
    },
    { requiredKeys: [] },
  )
  .map((given) =>
    Object.fromEntries(Object.entries(given).filter(([name]) => name !== 'content-encoding' || given['x-odd'] !== undefined)),
  );

const query = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '?',
      '?__code=404',
      '?__code=x',
      '?__error=',
      '?__dynamic=1',
      '?a=b&a=c',
      '?%zz',
      '?=',
      '?&&',
      `?q=${'x'.repeat(3_000)}`,
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }).map((text) => `?${encodeURIComponent(text)}`) },
);

const anyMethod = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND');

/** Requests around the operations of a contract: near what is right, and far from it. */
export function apiInputs({ operations }: Contract): fc.Arbitrary<Input> {
  const one = (operation: Operation): fc.Arbitrary<Input> => {
    const names = operation.path.match(/\{[^}]+\}/g) ?? [];
    const target = fc
      .tuple(
        fc.array(segment, { minLength: names.length, maxLength: names.length }),
        fc.constantFrom('', '', '', '', '/', '/x', '//'),
        query,
      )
      .map(
        ([values, end, search]) =>
          `${names.reduce((path, name, index) => path.replace(name, () => values[index] ?? ''), operation.path)}${end}${search}`,
      );
    const method = fc.oneof({ weight: 9, arbitrary: fc.constant(operation.method) }, { weight: 1, arbitrary: anyMethod });
    const example = operation.body?.json?.examples[0]?.value;
    const body =
      example === undefined
        ? fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: hostileJson })
        : fc.oneof(
            { weight: 2, arbitrary: fc.constant(JSON.stringify(example)) },
            { weight: 4, arbitrary: mutated(example) },
            { weight: 2, arbitrary: hostileJson },
          );
    return fc.record({ method, target, headers, body });
  };
  const stray = fc.record({
    method: anyMethod,
    target: fc.tuple(fc.array(segment, { maxLength: 6 }), query).map(([parts, search]) => `/${parts.join('/')}${search}`),
    headers,
    body: fc.oneof(fc.constant(undefined), hostileJson),
  });
  return fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...operations).chain(one) }, { weight: 1, arbitrary: stray });
}

/**
 * Requests to the control API.
 *
 * @param routes `GET /__admin/world`, with parameters in braces.
 * @param bodies What is right, or nearly, somewhere.
 */
export function adminInputs(routes: readonly string[], bodies: readonly unknown[]): fc.Arbitrary<Input> {
  const target = (path: string): fc.Arbitrary<string> => {
    const names = path.match(/\{\w+\}/g) ?? [];
    return fc
      .tuple(fc.array(segment, { minLength: names.length, maxLength: names.length }), query)
      .map(([values, search]) => `${names.reduce((made, name, index) => made.replace(name, () => values[index] ?? ''), path)}${search}`);
  };
  const body = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...bodies).chain((value) => fc.oneof(fc.constant(JSON.stringify(value)), mutated(value))) },
    { weight: 2, arbitrary: hostileJson },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
  return fc.constantFrom(...routes).chain((route) => {
    const [written = 'GET', path = '/__admin'] = route.split(' ');
    const method = fc.oneof({ weight: 9, arbitrary: fc.constant(written) }, { weight: 1, arbitrary: anyMethod });
    return fc.record({ method, target: target(path), headers: fc.constant({ 'content-type': 'application/json' }), body });
  });
}
