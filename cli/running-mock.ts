import { readExchanges, type RecordedExchange } from '../mocks/index.js';
import type { Contract } from '../spec/index.js';
import { usage } from './targets.js';

/** A mock in another process. */
export interface RunningMock {
  readonly url: string;
  /** What its admin routes ask for, if they do. */
  readonly token: string | undefined;
}

/** What a mock remembers. */
export interface SeenJournal {
  /** In the order of the answers. */
  readonly exchanges: readonly RecordedExchange[];
  /** How many requests there were, those that the journal has forgotten included. */
  readonly total: number;
}

const TIMEOUT_MS = 10_000;

/**
 * Reads the journal of a running mock, provided that it serves this contract.
 *
 * @example
 * const journal = await fetchJournal({ url: 'http://127.0.0.1:4010', token: undefined }, contract);
 *
 * @returns why, when nothing answers there.
 * @throws {InputError} `usage` for a URL that is none, a token that is refused, and what is no mock of this contract
 */
export async function fetchJournal(mock: RunningMock, contract: Contract): Promise<SeenJournal | { readonly unreachable: string }> {
  if (!URL.canParse(mock.url) || !/^https?:$/.test(new URL(mock.url).protocol))
    throw usage(`--url is ${JSON.stringify(mock.url)}`, 'A mock is reached over http or https.', 'Say --url http://127.0.0.1:4010');
  const health = await get(mock, '/__admin/health');
  if ('unreachable' in health) return health;
  const sha256 = (health.body as { readonly contract?: { readonly sha256?: unknown } } | undefined)?.contract?.sha256;
  if (typeof sha256 !== 'string') throw noMock(mock.url);
  if (sha256 !== contract.sha256) {
    throw usage(
      `${mock.url} serves another contract than ${contract.file}`,
      'What it has shown says nothing about the failures that this one declares.',
      'Name its contract with --contract, or restart it if the file has changed.',
    );
  }
  const requests = await get(mock, '/__admin/requests');
  if ('unreachable' in requests) return requests;
  const journal = readExchanges(requests.body);
  if (journal === undefined) throw noMock(mock.url);
  return journal;
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
      'Its journal is not for everyone.',
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
    'Coverage is read from the journal of a running mock.',
    'Start one with `failpath mock`, and name its address.',
  );
}
