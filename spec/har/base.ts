import { InputError } from '../errors.js';
import type { Contract } from '../types.js';
import { withoutSlash } from '../url.js';

/** Where an API begins in a HAR file. */
export interface Base {
  /** Origin and path prefix, without a slash at the end. */
  readonly url: string;
  /** The path by which the contract knows a URL; `undefined` for one that is not below the base. */
  pathOf(url: URL): string | undefined;
}

/** @throws {InputError} `usage` */
export function parseBase(text: string): Base {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '') {
    return createBase(url.origin, withoutSlash(url.pathname));
  }
  throw new InputError([
    {
      problem: 'usage',
      what: `--base is ${JSON.stringify(text)}`,
      why: 'It says where the API begins: paths of the contract are appended to it.',
      remedy: 'Say --base https://staging.example.com, or --base https://staging.example.com/api.',
    },
  ]);
}

function createBase(origin: string, prefix: string): Base {
  return {
    url: `${origin}${prefix}`,
    pathOf: (url) => {
      const { pathname } = url;
      const isInside = originOf(url) === origin && (pathname === prefix || pathname.startsWith(`${prefix}/`));
      return isInside ? pathname.slice(prefix.length) || '/' : undefined;
    },
  };
}

/** A WebSocket is opened over HTTP, at the same place (RFC 6455, section 3). */
function originOf({ origin }: URL): string {
  return origin.replace(/^ws(?=s?:)/, 'http');
}

interface Target {
  readonly method: string;
  readonly url: URL;
}

/** Deeper prefixes are not guessed. */
const MOST_SEGMENTS = 5;

/**
 * Guesses where the API begins: the one place from which requests reach operations. Of places that reach the same, the shortest.
 *
 * @throws {InputError} `har-invalid` when nothing reaches an operation, `usage` when there are several such places
 */
export function baseOf(targets: readonly Target[], contract: Contract, name: string): Base {
  const reached = new Map<string, { readonly base: Base; readonly targets: Set<Target> }>();
  for (const target of targets) {
    for (const prefix of prefixesOf(target.url.pathname)) {
      const base = createBase(originOf(target.url), prefix);
      const path = base.pathOf(target.url);
      if (path === undefined || contract.route(target.method, path) === undefined) continue;
      const known = reached.get(base.url) ?? { base, targets: new Set<Target>() };
      known.targets.add(target);
      reached.set(base.url, known);
    }
  }
  const places = [...reached.values()].sort((a, b) => b.targets.size - a.targets.size || a.base.url.length - b.base.url.length);
  const [best, ...others] = places;
  if (best === undefined) throw noneReached(targets, contract, name);
  const rival = others.find(({ targets }) => [...targets].some((target) => !best.targets.has(target)));
  if (rival !== undefined)
    throw ambiguous(
      places.map(({ base, targets }) => `${base.url} (${targets.size})`),
      best.base,
      name,
    );
  return best.base;
}

function* prefixesOf(path: string): Generator<string> {
  let at = 0;
  for (let count = 0; count <= MOST_SEGMENTS && at >= 0; count++) {
    yield path.slice(0, at);
    at = path.indexOf('/', at + 1);
  }
}

const SHOWN = 5;

function noneReached(targets: readonly Target[], contract: Contract, name: string): InputError {
  const seen = [...new Set(targets.map(({ method, url }) => `${method} ${url.origin}`))];
  const some =
    seen.length === 0 ? 'it has no requests' : `its requests went to ${seen.slice(0, SHOWN).join(', ')}${seen.length > SHOWN ? ', …' : ''}`;
  return new InputError([
    {
      problem: 'har-invalid',
      what: `${name}: no request reaches an operation of ${contract.file} (${some})`,
      why: 'What is used of it are its requests and their answers.',
      remedy: 'Name the contract of the API that was used with --contract, or record a session that uses it.',
    },
  ]);
}

function ambiguous(places: readonly string[], best: Base, name: string): InputError {
  return new InputError([
    {
      problem: 'usage',
      what: `${name}: requests reach operations from ${places.length} places: ${places.slice(0, SHOWN).join(', ')}${places.length > SHOWN ? ', …' : ''}`,
      why: 'A recording is of one deployment.',
      remedy: `Say where the API begins, such as --base ${best.url}.`,
    },
  ]);
}
