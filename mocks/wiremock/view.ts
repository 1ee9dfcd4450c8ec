import { linesOf } from '../headers.js';
import type { RecordedRequest } from '../journal.js';
import type { ScriptRequest } from '../script/types.js';
import { bodyContent, type Content } from './content.js';

/** A request as patterns look at it, whether it is being answered or was recorded. */
export interface RequestView {
  readonly method: string;
  /** Path and query, percent-encoded. */
  readonly url: string;
  readonly path: string;
  readonly search: string;
  readonly query: URLSearchParams;
  /** By a name in lower case. */
  header(name: string): readonly string[];
  cookies(): ReadonlyMap<string, readonly string[]>;
  /** The members of an urlencoded body; none of any other. */
  form(): URLSearchParams;
  readonly body: Content;
}

interface Parts {
  readonly method: string;
  readonly url: string;
  readonly headers: ScriptRequest['headers'];
  readonly repeated: ScriptRequest['repeated'];
  readonly body: Content;
}

/** Many patterns look at one request, one after the other: what they need of it is made once. */
let last: { readonly request: ScriptRequest; readonly view: RequestView } | undefined;

/** The view of a request that is being answered. */
export function viewOfScriptRequest(request: ScriptRequest): RequestView {
  if (last?.request === request) return last.view;
  const { method, path, query, headers, repeated, body } = request;
  const url = request.url ?? (query.size === 0 ? path : `${path}?${query.toString()}`);
  const text = request.text ?? (body === undefined ? undefined : JSON.stringify(body));
  const view = new View({ method, url, headers, repeated, body: bodyContent(text, body === undefined ? undefined : () => body) });
  last = { request, view };
  return view;
}

/** The view of a request that was recorded. */
export function viewOfRecorded(request: RecordedRequest): RequestView {
  const { method, url, headers, repeated, body } = request;
  // Kept by nobody: the journal's requests live long, and what is parsed of them can be large.
  return new View({ method, url, headers, repeated, body: bodyContent(body) });
}

class View implements RequestView {
  readonly method: string;
  readonly url: string;
  readonly path: string;
  readonly search: string;
  readonly body: Content;
  readonly #sent: Pick<ScriptRequest, 'headers' | 'repeated'>;
  #headers: ReadonlyMap<string, readonly string[]> | undefined;
  #query: URLSearchParams | undefined;
  #cookies: ReadonlyMap<string, readonly string[]> | undefined;
  #form: URLSearchParams | undefined;

  constructor(parts: Parts) {
    const { method, url, body } = parts;
    this.method = method;
    this.url = url;
    this.body = body;
    const { path, search } = splitUrl(url);
    this.path = path;
    this.search = search;
    this.#sent = parts;
  }

  get query(): URLSearchParams {
    return (this.#query ??= new URLSearchParams(this.search));
  }

  header(name: string): readonly string[] {
    // Requests that are being answered have their names in lower case; recorded ones may have any.
    const sent = linesOf(this.#sent, name);
    if (sent !== undefined) return sent;
    this.#headers ??= grouped(
      Object.entries(this.#sent.headers).flatMap(([one, value]) => [value ?? []].flat().map((text) => [one.toLowerCase(), text] as const)),
    );
    return this.#headers.get(name) ?? [];
  }

  cookies(): ReadonlyMap<string, readonly string[]> {
    return (this.#cookies ??= grouped(this.header('cookie').flatMap(cookiesIn)));
  }

  form(): URLSearchParams {
    const isForm = /^application\/x-www-form-urlencoded\b/i.test(this.header('content-type')[0] ?? '');
    return (this.#form ??= new URLSearchParams(isForm ? (this.body.text ?? '') : ''));
  }
}

/** A path, and the query behind it without its question mark. */
export function splitUrl(url: string): { readonly path: string; readonly search: string } {
  const at = url.indexOf('?');
  return at < 0 ? { path: url, search: '' } : { path: url.slice(0, at), search: url.slice(at + 1) };
}

function grouped(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [value]);
    else group.push(value);
  }
  return groups;
}

/** The names and values of a Cookie header (RFC 6265, section 4.2.1). */
export function cookiesIn(header: string): readonly (readonly [string, string])[] {
  return header.split(';').flatMap((pair) => {
    const at = pair.indexOf('=');
    return at < 0
      ? []
      : [
          [
            pair.slice(0, at).trim(),
            pair
              .slice(at + 1)
              .trim()
              .replace(/^"(.*)"$/, '$1'),
          ] as const,
        ];
  });
}
