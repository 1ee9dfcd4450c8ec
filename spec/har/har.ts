import { z } from 'zod';
import { InputError, type Finding } from '../errors.js';
import { readFileText } from '../file.js';
import { displayName } from '../source.js';
import type { Contract } from '../types.js';
import { baseOf, parseBase, type Base } from './base.js';
import { readSeen, type SeenExchange, type SeenBody, type SeenHeaders } from './exchange.js';

const pair = z.looseObject({ name: z.string(), value: z.string().default('') });
/** Browsers add members of their own to what HAR 1.2 says; what is not read may be anything. */
const entry = z.looseObject({
  startedDateTime: z.unknown().optional(),
  time: z.unknown().optional(),
  request: z.looseObject({
    method: z.string().min(1),
    url: z.string().refine((url) => URL.canParse(url), { error: 'it is no URL' }),
    headers: z.array(pair).default([]),
    postData: z
      .looseObject({
        mimeType: z.string().default(''),
        text: z.string().optional(),
        encoding: z.string().optional(),
        params: z.array(pair.extend({ value: z.string().optional() })).optional(),
      })
      .optional(),
  }),
  response: z.looseObject({
    status: z.number(),
    headers: z.array(pair).default([]),
    content: z
      .looseObject({
        mimeType: z.string().default(''),
        text: z.string().optional(),
        encoding: z.string().optional(),
        size: z.number().optional(),
      })
      .optional(),
  }),
});
const harSchema = z.looseObject({ log: z.looseObject({ entries: z.array(entry) }) });

type Entry = z.output<typeof entry>;

/** The exchanges of a HAR file that went to one API. */
export interface ReadHar {
  readonly exchanges: readonly SeenExchange[];
  /** Where the API begins: origin and path prefix. */
  readonly base: string;
  /** Requests that went elsewhere, by method and URL without query. */
  readonly elsewhere: readonly { readonly request: string; readonly count: number }[];
  /** Requests that were never answered. */
  readonly unanswered: number;
}

/**
 * Reads a HAR 1.2 file, as browsers and proxies save it.
 *
 * @example
 * const { exchanges } = readHar('session.har', contract, 'https://staging.example.com/api');
 *
 * @param base Where the API begins; without it, there must be one place only from which requests reach operations.
 * @throws {InputError} `har-invalid` for a file that is none, or says nothing of this API; `usage` for a base that is none, or when it
 *   has to be said
 */
export function readHar(file: string, contract: Contract, base?: string): ReadHar {
  const said = base === undefined ? undefined : parseBase(base);
  const entries = parseHar(readText(file), file);
  const urls = entries.map(({ request }) => ({ method: request.method.toUpperCase(), url: new URL(request.url) }));
  const chosen = said ?? baseOf(urls, contract, displayName(file));
  const inside = entries.map((_, index) => chosen.pathOf(urls[index]?.url ?? new URL('about:blank')));
  const answered = entries.map(({ response }) => response.status >= 200 && response.status <= 599);
  const exchanges: SeenExchange[] = [];
  for (const [index, one] of entries.entries()) {
    const [path, at] = [inside[index], urls[index]];
    if (path !== undefined && at !== undefined && answered[index] === true) exchanges.push(exchangeOf(one, at.method, at.url, path));
  }
  if (exchanges.length === 0) throw nothing(displayName(file), chosen);
  return {
    exchanges,
    base: chosen.url,
    elsewhere: tally(urls.filter((_, index) => inside[index] === undefined)),
    unanswered: inside.filter((path, index) => path !== undefined && answered[index] !== true).length,
  };
}

function tally(urls: readonly { readonly method: string; readonly url: URL }[]): ReadHar['elsewhere'] {
  const counts = new Map<string, number>();
  for (const { method, url } of urls) {
    const request = `${method} ${url.origin}`;
    counts.set(request, (counts.get(request) ?? 0) + 1);
  }
  return [...counts].map(([request, count]) => ({ request, count }));
}

function exchangeOf({ request, response, startedDateTime, time }: Entry, method: string, url: URL, path: string): SeenExchange {
  const asked = headersOf(request.headers);
  const told = headersOf(response.headers);
  const type = response.content?.mimeType ?? '';
  const began = typeof startedDateTime === 'string' ? Date.parse(startedDateTime) : Number.NaN;
  return {
    request: { method, path, query: url.searchParams, headers: asked, body: bodyOf(request.postData, asked) },
    answer: {
      status: response.status,
      headers: told['content-type'] === undefined && type !== '' ? { ...told, 'content-type': type } : told,
      body: bodyOf(response.content, { ...told, 'content-type': told['content-type'] ?? type }),
    },
    at: Number.isNaN(began) ? undefined : began,
    durationMs: typeof time === 'number' && time >= 0 ? time : undefined,
  };
}

interface Content {
  readonly text?: string | undefined;
  readonly encoding?: string | undefined;
  readonly size?: number | undefined;
  readonly params?: readonly { readonly name: string; readonly value?: string | undefined }[] | undefined;
}

/** HAR has bodies as they are after decompression. */
function bodyOf(content: Content | undefined, { 'content-encoding': _, ...headers }: SeenHeaders): SeenBody {
  if (content === undefined) return { kind: 'absent' };
  const { text, encoding, size = 0, params = [] } = content;
  if (text === undefined && params.length > 0)
    return { kind: 'text', text: String(new URLSearchParams(params.map(({ name, value }): [string, string] => [name, value ?? '']))) };
  // Browsers save the size of a body that they did not keep.
  if (text === undefined && size > 0) return { kind: 'unread', why: 'it is not in the HAR file: save it with content' };
  return readSeen(Buffer.from(text ?? '', encoding === 'base64' ? 'base64' : 'utf8'), headers);
}

/** HTTP/2 has pseudo-headers, which begin with a colon. */
function headersOf(pairs: readonly { readonly name: string; readonly value: string }[]): SeenHeaders {
  const headers = new Map<string, string | readonly string[]>();
  for (const { name: written, value } of pairs) {
    const name = written.toLowerCase();
    const before = headers.get(name);
    if (name.startsWith(':')) continue;
    if (name === 'set-cookie') headers.set(name, [...[before ?? []].flat(), ...value.split('\n')]);
    else headers.set(name, before === undefined ? value : `${String(before)}, ${value}`);
  }
  return Object.fromEntries(headers);
}

/** In bytes: what a text can be that is parsed at once. */
const LARGEST_HAR = 256 * 1_048_576;

function readText(file: string): string {
  try {
    return readFileText(file, LARGEST_HAR);
  } catch (error) {
    throw invalid(
      [`${displayName(file)}: ${(error as Error).message}`],
      'Name a HAR file, such as a browser saves from its network panel.',
    );
  }
}

const MOST_FINDINGS = 10;

function parseHar(text: string, file: string): readonly Entry[] {
  const name = displayName(file);
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw invalid([`${name}: it is not valid JSON (${(error as Error).message.slice(0, 200)})`], 'Save it again: HAR files are JSON.');
  }
  const parsed = harSchema.safeParse(value);
  if (parsed.success) return parsed.data.log.entries;
  const issues = parsed.error.issues
    .slice(0, MOST_FINDINGS)
    .map(({ path, message }) => `${name}: ${path.join('.') || 'the file'}: ${message}`);
  throw invalid(issues, 'Save it again as HAR 1.2: an object `log` with a list `entries` of requests and responses.');
}

function nothing(name: string, { url }: Base): InputError {
  return invalid(
    [`${name}: no request to ${url} was answered`],
    'Say with --base where the API begins, such as --base https://staging.example.com/api.',
  );
}

function invalid(what: readonly string[], remedy: string): InputError {
  const why = 'What is used of it are its requests and their answers.';
  return new InputError(what.map((one): Finding => ({ problem: 'har-invalid', what: one, why, remedy })));
}
