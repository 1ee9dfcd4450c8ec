import { z } from 'zod';
import type { Coverage, ReportedVerdict } from '../mocks/index.js';
import type { Contract } from '../spec/index.js';
import { usage } from './usage.js';

/** A mock in another process. */
export interface RunningMock {
  readonly url: string;
  /** What its admin routes ask for, if they do. */
  readonly token: string | undefined;
}

/** What a mock knows of its clients. */
export interface SeenClients {
  readonly rows: Coverage['rows'];
  readonly verdicts: readonly ReportedVerdict[];
  /** How many requests there were. */
  readonly requests: number;
  /** How many of them nobody has judged. */
  readonly unjudged: number;
}

const TIMEOUT_MS = 10_000;

const row = z.object({
  operation: z.string(),
  status: z.number(),
  code: z.string(),
  retry: z.enum(['never', 'backoff', 'retry-after']),
  times: z.number(),
});
const verdict = z.object({
  misbehaviour: z.string(),
  certain: z.boolean(),
  operation: z.string(),
  status: z.number().optional(),
  code: z.string().optional(),
  says: z.string(),
  remedy: z.string(),
  evidence: z.array(z.object({ id: z.number(), says: z.string() })),
});
const coverage = z.object({
  contract: z.object({ sha256: z.string() }),
  requests: z.number(),
  unjudged: z.number(),
  failures: z.array(row),
  verdicts: z.array(verdict),
});

/**
 * Asks a running mock what its clients have been shown, provided that it serves this contract.
 *
 * @example
 * const seen = await fetchClients({ url: 'http://127.0.0.1:4010', token: undefined }, contract);
 *
 * @returns why, when nothing answers there.
 * @throws {InputError} `usage` for a URL that is none, a token that is refused, and what is no mock of this contract
 */
export async function fetchClients(mock: RunningMock, contract: Contract): Promise<SeenClients | { readonly unreachable: string }> {
  const asked = await askMock(mock, '/__admin/coverage', coverage);
  if ('unreachable' in asked) return asked;
  const data = asked.answer;
  if (data.contract.sha256 !== contract.sha256) {
    throw usage(
      `${mock.url} serves another contract than ${contract.file}`,
      'What it has shown says nothing about the failures that this one declares.',
      'Name its contract with --contract, or restart it if the file has changed.',
    );
  }
  const { requests, unjudged, failures, verdicts } = data;
  return { requests, unjudged, rows: failures, verdicts: verdicts as readonly ReportedVerdict[] };
}

/**
 * Asks a running mock something, and reads its answer.
 *
 * @returns why, when nothing answers there.
 * @throws {InputError} `usage` for a URL that is none, a token that is refused, and what is no mock
 */
export async function askMock<T>(
  mock: RunningMock,
  path: string,
  schema: z.ZodType<T>,
): Promise<{ readonly answer: T } | { readonly unreachable: string }> {
  if (!URL.canParse(mock.url) || !/^https?:$/.test(new URL(mock.url).protocol))
    throw usage(`--url is ${JSON.stringify(mock.url)}`, 'A mock is reached over http or https.', 'Say --url http://127.0.0.1:4010');
  const got = await get(mock, path);
  if ('unreachable' in got) return got;
  const { success, data } = schema.safeParse(got.body);
  if (!success) throw noMock(mock.url);
  return { answer: data };
}

async function get({ url, token }: RunningMock, path: string): Promise<{ readonly body: unknown } | { readonly unreachable: string }> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${url.replace(/\/+$/, '')}${path}`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    text = await response.text();
  } catch (error) {
    const { message, cause } = error as Error;
    return { unreachable: `No mock answers at ${url}: ${cause instanceof Error && cause.message !== '' ? cause.message : message}.` };
  }
  if (response.status === 401) {
    const what = `${url} ${token === undefined ? 'asks for its admin token' : 'refuses the admin token'}`;
    throw usage(
      what,
      'Its admin routes are not for everyone.',
      'Say --admin-token, or set FAILPATH_ADMIN_TOKEN; the mock prints it at its start.',
    );
  }
  if (!response.ok) throw noMock(url);
  try {
    return { body: JSON.parse(text) as unknown };
  } catch {
    throw noMock(url);
  }
}

function noMock(url: string): Error {
  return usage(
    `what answers at ${url} is no failpath mock, or not one of this version`,
    'Only a running mock knows what it has answered, and why.',
    'Start one with `failpath mock`, and name its address.',
  );
}
