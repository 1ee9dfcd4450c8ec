import type { Contract } from '../../../spec/index.js';
import { opensWebSocket } from '../../handshake.js';
import { withHeaders, withQuery, type Draft } from '../draft.js';
import type { Mutation } from './mutation.js';

/** A segment that is the same wherever the operation is called. */
const STATIC = /^[\w-]+$/;

const onStatic = (path: string, change: (segment: string) => string): string =>
  path
    .split('/')
    .map((segment) => (STATIC.test(segment) ? change(segment) : segment))
    .join('/');

const lastStatic = (path: string, change: (segment: string) => string): string => {
  const segments = path.split('/');
  const last = segments.findLastIndex((segment) => STATIC.test(segment));
  return segments.map((segment, index) => (index === last ? change(segment) : segment)).join('/');
};

const percent = (character: string): string => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`;

/** Another way to write a path. */
export interface Reroute {
  /** What a router does that takes it for the operation's own: each is one cause. */
  readonly way: 'slash at the end' | 'two slashes' | 'case' | 'dots' | 'encoding' | 'addition';
  readonly says: string;
  change(path: string): string;
}

const way =
  (name: Reroute['way']) =>
  ([says, change]: readonly [says: string, change: (path: string) => string]): Reroute => ({ way: name, says, change });

/** Paths that a router may take for the operation's own, or may not; of each way the plainest first. */
const REROUTES: readonly Reroute[] = [
  ...(
    [
      ['a slash at the end', (path: string) => `${path}/`],
      ['two slashes at the end', (path: string) => `${path}//`],
      ['an encoded slash at the end', (path: string) => `${path}%2F`],
    ] as const
  ).map(way('slash at the end')),
  ...(
    [
      ['a double slash at the beginning', (path: string) => `/${path}`],
      ['a double slash in the middle', (path: string) => path.replace(/(.)\/(?!.*\/)/, '$1//')],
    ] as const
  ).map(way('two slashes')),
  ...(
    [
      ['a capital in the path', (path: string) => lastStatic(path, (segment) => segment.charAt(0).toUpperCase() + segment.slice(1))],
      ['a path in upper case', (path: string) => onStatic(path, (segment) => segment.toUpperCase())],
    ] as const
  ).map(way('case')),
  ...(
    [
      ['/. in the path', (path: string) => path.replace(/(.)\/(?!.*\/)/, '$1/./')],
      ['/%2e in the path', (path: string) => path.replace(/(.)\/(?!.*\/)/, '$1/%2e/')],
      ['/x/.. in the path', (path: string) => path.replace(/(.)\/(?!.*\/)/, '$1/x/../')],
      ['/x/%2e%2e in the path', (path: string) => path.replace(/(.)\/(?!.*\/)/, '$1/x/%2e%2e/')],
    ] as const
  ).map(way('dots')),
  ...(
    [
      ['an encoded letter in the path', (path: string) => lastStatic(path, (segment) => percent(segment.charAt(0)) + segment.slice(1))],
      [
        'a letter encoded twice',
        (path: string) => lastStatic(path, (segment) => percent(segment.charAt(0)).replace('%', '%25') + segment.slice(1)),
      ],
      ['%2F in place of a slash', (path: string) => path.replace(/(.)\/(?!.*\/)/, '$1%2F')],
      ['a backslash in place of a slash', (path: string) => path.replace(/(.)\/(?!.*\/)/, '$1%5C')],
    ] as const
  ).map(way('encoding')),
  ...(
    [
      ['another segment at the end', (path: string) => `${path}/failpath-no-such-route`],
      ['a semicolon at the end', (path: string) => `${path};x=1`],
      ['.json at the end', (path: string) => `${path}.json`],
      ['%20 at the end', (path: string) => `${path}%20`],
      ['%00 at the end', (path: string) => `${path}%00`],
      ['%0a at the end', (path: string) => `${path}%0a`],
      ['%09 at the end', (path: string) => `${path}%09`],
      ['a dot at the end', (path: string) => `${path}.`],
      ['%23 at the end', (path: string) => `${path}%23x`],
      ['%3f at the end', (path: string) => `${path}%3fx=1`],
      ['a percent sign at the end', (path: string) => `${path}%`],
    ] as const
  ).map(way('addition')),
];

/** The ways that change the path of a draft at all. */
export function reroutesOf({ path: segments }: Draft): readonly Reroute[] {
  const path = `/${segments.map(({ text }) => text).join('/')}`;
  return REROUTES.filter(({ change }) => change(path) !== path);
}

/** The same way around, as plain as it gets. */
function plainest({ way: own, says }: Reroute): readonly Reroute[] {
  const [first] = REROUTES.filter(({ way: other }) => other === own);
  return first === undefined || first.says === says ? [] : [first];
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Other ways to write the route, and other methods on it. */
export function routeMutations(contract: Contract, draft: Draft): readonly Mutation[] {
  const { operation } = draft;
  const methods = METHODS.filter((method) => method !== operation.method && !isOther(contract, operation.path, method));
  return [
    ...reroutesOf(draft).map(reroute),
    ...methods.map((method): Mutation => ({
      place: 'method',
      family: 'method',
      says: `method ${method}`,
      expects: 'open',
      apply: (from) => ({ ...from, method }),
    })),
    ...['X-HTTP-Method-Override', 'X-Method-Override'].map((name): Mutation => header(name.toLowerCase(), 'DELETE')),
    header('x-original-url', '/failpath-no-such-route'),
    header('x-forwarded-host', 'failpath.invalid'),
    header('x-forwarded-proto', 'javascript'),
    header('x-forwarded-for', '127.0.0.1, ::1, x'),
    header('forwarded', 'for="[::1]";proto=x'),
    header('host', 'failpath.invalid'),
    header('x-request-id', 'a b"c'),
    header('traceparent', '00-zz-zz-zz'),
    header('range', 'bytes=5-1'),
    header('if-match', '"x"'),
    header('if-modified-since', 'no date'),
    header('accept-language', '*;q=x'),
    header('accept-encoding', 'no-such-coding;q=2'),
    header('content-language', 'x'.repeat(2000)),
    header('x-failpath-unknown', 'x'.repeat(4000)),
    header('x-failpath-unknown', `\u00e9${'\u00ff'.repeat(20)}`),
    header('__proto__', 'x'),
    header('constructor', 'x'),
    ...(opensWebSocket(operation) ? [] : [unknownQuery('__proto__'), unknownQuery('failpath_unknown')]),
    { place: 'query', family: 'query', says: 'a query of ampersands', expects: 'open', apply: (from) => requery(from, '&&=&?&%') },
    {
      place: 'query',
      family: 'query',
      says: '300 unknown parameters',
      expects: 'open',
      apply: (from) => requery(from, 'a=1&'.repeat(300)),
    },
  ];
}

/** A route that is written in another way. */
export function reroute(one: Reroute): Mutation {
  const { way: name, says, change } = one;
  return {
    place: 'route',
    family: `route (${name})`,
    cause: `route (${name})`,
    says,
    expects: 'open',
    apply: (draft) => ({ ...draft, reroute: [...draft.reroute, change] }),
    smaller: () => plainest(one).map(reroute),
  };
}

/** What another operation changes is for that operation to be tried with. */
function isOther(contract: Contract, path: string, method: string): boolean {
  return method !== 'GET' && contract.operations.some((one) => one.method === method && one.path === path);
}

/** A header that has nothing to do with the operation. */
export function header(name: string, value: string): Mutation {
  return {
    place: `header ${name}`,
    family: 'header',
    says: value.length > 100 ? `${name} of ${value.length} characters` : `${name} ${JSON.stringify(value)}`,
    expects: 'open',
    apply: (draft) => withHeaders(draft, name, value),
  };
}

function unknownQuery(name: string): Mutation {
  return {
    place: 'query',
    family: 'query',
    says: `an unknown parameter ${name}`,
    expects: 'open',
    apply: (draft) => withQuery(draft, name, 'x'),
  };
}

const requery = (draft: Draft, more: string): Draft => ({
  ...draft,
  requery: [...draft.requery, (query) => (query === '' ? more : `${query}&${more}`)],
});
