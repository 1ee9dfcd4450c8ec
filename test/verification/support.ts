import { redactUrl } from '../../mocks/redact.js';
import { createRecorder, type ExchangeSource, type Observed, type RecordedExchange } from '../../mocks/verification/index.js';
import type { Contract } from '../../spec/index.js';

/** What a test says of an exchange; the rest is filled in. */
export interface Sketch {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body?: unknown;
  readonly unread?: string;
  readonly secrets?: readonly string[];
  readonly operation?: string | undefined;
  readonly status?: number;
  readonly code?: string | undefined;
  readonly retryAfter?: string;
  readonly identity?: string;
  /** Milliseconds after the start, by both clocks unless `clock` says otherwise. */
  readonly at?: number;
  /** How long the answer took. */
  readonly took?: number;
  /** By the mock's clock, milliseconds after its start. */
  readonly clock?: number;
  readonly connection?: number;
  readonly opened?: number;
  readonly after?: number;
  readonly epoch?: number;
  readonly ruleId?: string;
  readonly spoiledBy?: string;
}

export const START: number = Date.parse('2026-03-02T09:00:00Z');
const ORGANIZATION = '/v1/organizations/0b7f3f2e-3d1c-4f5a-9c1e-2a4b6d8f0e11';

/** Where the operations of the ATS contract are called. */
export const CALLS: Readonly<Record<string, readonly [method: string, path: string]>> = {
  initWork: ['POST', `${ORGANIZATION}/works/init`],
  prepareWork: ['POST', `${ORGANIZATION}/works/prepare`],
  confirmWork: ['POST', `${ORGANIZATION}/works/confirm`],
  listApiKeys: ['GET', `${ORGANIZATION}/api-keys`],
  getTransaction: ['GET', '/v1/transactions/5e2b9c74-80d1-4a3f-b6c9-d1f04e7a2385'],
};

/** A journal of the tests' own making. */
export interface TestJournal extends ExchangeSource {
  add(sketch: Sketch): RecordedExchange;
  /** What listens. */
  readonly listeners: ReadonlySet<(exchange: RecordedExchange) => void>;
}

export function testJournal(contract: Contract): TestJournal {
  const { record } = createRecorder({ salt: Buffer.from('test') });
  const exchanges: RecordedExchange[] = [];
  const listeners = new Set<(exchange: RecordedExchange) => void>();
  return {
    contract,
    listeners,
    exchanges: () => exchanges,
    onExchange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    add: (sketch) => {
      const exchange = record(observed(exchanges.length + 1, sketch));
      exchanges.push(exchange);
      [...listeners].forEach((listener) => listener(exchange));
      return exchange;
    },
  };
}

function observed(id: number, sketch: Sketch): Observed {
  const { operation, status = 200, code, at = id * 1_000, took = 1, clock = at, connection = 1, opened = 0, after, epoch = 0 } = sketch;
  const [method, path] = CALLS[operation ?? ''] ?? ['GET', '/elsewhere'];
  const query = new URLSearchParams(sketch.query ?? '');
  return {
    entry: {
      id,
      requestId: `req_${id}`,
      at: new Date(START + clock).toISOString(),
      method: sketch.method ?? method,
      url: redactUrl(sketch.path ?? path, query),
      operation,
      status,
      code,
      answeredBy: 'sandbox',
      why: 'a test',
      ruleId: sketch.ruleId,
      spoiledBy: sketch.spoiledBy,
      milliseconds: took,
    },
    request: { path: sketch.path ?? path, query, headers: sketch.headers ?? {} },
    body: bodyOf(sketch),
    secrets: sketch.secrets ?? [],
    answerHeaders: sketch.retryAfter === undefined ? {} : { 'retry-after': sketch.retryAfter },
    identity: sketch.identity ?? 'none',
    time: { arrived: START + clock, answered: START + clock + took },
    real: { arrived: at, answered: at + took },
    connection: { id: connection, opened, ...(after === undefined ? {} : { after }) },
    epoch,
  };
}

function bodyOf({ body, unread }: Sketch): Observed['body'] {
  if (unread !== undefined) return { kind: 'malformed', message: unread };
  return body === undefined ? { kind: 'absent' } : { kind: 'json', value: body, text: JSON.stringify(body) };
}
