import type { MockFetch } from '../../mocks/fetch.js';

/** What somebody who calls `fetch` gets to see. */
export interface Sight {
  readonly status?: number;
  readonly statusText?: string;
  /** Without those of a connection. */
  readonly headers?: Readonly<Record<string, string>>;
  /** As far as it came. */
  readonly body: string;
  readonly error?: { readonly name: string; readonly message: string; readonly cause: string; readonly code: string | undefined };
}

const OF_A_CONNECTION = new Set(['connection', 'content-encoding', 'content-length', 'date', 'keep-alive', 'vary']);
const OWN_EVERY_TIME = /req_[0-9a-f]{32}/g;

/** Asks, and reads what comes to its end. */
export async function look(fetch: MockFetch, url: string, init?: RequestInit): Promise<Sight> {
  let head: Pick<Sight, 'status' | 'statusText' | 'headers'> = {};
  const bytes: Uint8Array[] = [];
  const soFar = (): Sight => ({ ...head, body: Buffer.concat(bytes).toString().replaceAll(OWN_EVERY_TIME, 'req_') });
  try {
    const response = await fetch(url, init);
    const headers = [...response.headers].filter(([name]) => !OF_A_CONNECTION.has(name));
    head = {
      status: response.status,
      statusText: response.statusText,
      headers: Object.fromEntries(headers.map(([name, value]) => [name, value.replaceAll(OWN_EVERY_TIME, 'req_')])),
    };
    for await (const chunk of response.body ?? []) bytes.push(chunk as Uint8Array);
    return soFar();
  } catch (thrown) {
    const { name, message, cause } = thrown as Error & { readonly cause?: Error & { readonly code?: string } };
    return { ...soFar(), error: { name, message, cause: cause?.name ?? '', code: codeOf(cause) } };
  }
}

/** llhttp's codes are told by some versions of Node only. */
function codeOf(cause: { readonly code?: string } | undefined): string | undefined {
  return cause?.code?.startsWith('HPE_') === true ? undefined : cause?.code;
}

/** A body in two pieces. */
export function inPieces(...pieces: readonly (string | Error)[]): RequestInit {
  const left = [...pieces];
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const next = left.shift();
      if (next === undefined) controller.close();
      else if (next instanceof Error) controller.error(next);
      else controller.enqueue(Buffer.from(next));
    },
  });
  return { method: 'POST', body, duplex: 'half' };
}

/** A good input of initWork. */
export const WORK: string = JSON.stringify({
  network: 'testnet',
  title: 'Harbour Lights',
  filename: 'harbour.wav',
  creators: [
    { full_name: 'Ada Example', email: 'ada@example.org', roles: { author: true, composer: true, arranger: false, adapter: false } },
  ],
});
