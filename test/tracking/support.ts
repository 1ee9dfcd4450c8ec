import { expect } from 'chai';
import { once } from 'node:events';
import { WebSocket, type ClientOptions } from 'ws';
import { atsContract, send } from '../mock/support.js';
import type { Mock } from '../../mocks/index.js';
import type { MockClock } from '../../mocks/clock.js';

export const UNKNOWN = '/v1/ws/transactions/00000000-0000-4000-8000-000000000000';

const CREATOR = { full_name: 'Ada', email: 'a@example.org', roles: { author: true, composer: false, arranger: false, adapter: false } };

/** What confirm answers. */
export interface Confirmed {
  readonly transaction_id: string;
  readonly ws_url: string;
  readonly status_url: string;
}

/** A world, and how to reach it. */
export interface Reached {
  readonly world: { readonly organizations: { readonly active: string }; readonly tokens: { readonly active: string } };
  fetch(url: string, init?: RequestInit): Promise<Response>;
}

/** Brings a work as far as its confirm. */
export async function confirm(mock: Reached, { network = 'testnet', title = 'Harbour Lights' } = {}): Promise<Confirmed> {
  const headers = { authorization: `Bearer ${mock.world.tokens.active}`, 'content-type': 'application/json' };
  const post = async (step: string, body: unknown): Promise<Readonly<Record<string, string>>> => {
    const path = `/v1/organizations/${mock.world.organizations.active}/works/${step}`;
    // A mock with TLS is trusted by nobody here.
    const answer = await mock.fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(answer.status, step).to.be.lessThan(300);
    return (await answer.json()) as Readonly<Record<string, string>>;
  };
  const { job_id, upload_url = '' } = await post('init', { network, title, filename: 'harbour.wav', creators: [CREATOR] });
  await mock.fetch(upload_url, { method: 'PUT', body: 'audio' });
  await post('prepare', { job_id });
  return (await post('confirm', { job_id })) as unknown as Confirmed;
}

export interface Frame {
  readonly type: 'connected' | 'update' | 'error';
  readonly transaction_id?: string;
  readonly transaction?: Readonly<Record<string, unknown>> & { readonly current_step: string; readonly is_complete: boolean };
  readonly error?: { readonly code: string; readonly request_id: string };
}

/** A client that keeps what it is told; each frame must be one of the contract's. */
export interface Tracker {
  readonly socket: WebSocket;
  readonly frames: readonly Frame[];
  /** The frames in short: `connected`, the step of an `update`, the code of an `error`. */
  readonly told: readonly string[];
  /** Of the answer to the handshake. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Resolves once everything has arrived that the server had sent before. */
  caughtUp(): Promise<void>;
  /** Code and reason of the close. */
  readonly closed: Promise<readonly [number, string]>;
}

/** Opens a connection. */
export async function track(url: string, options: ClientOptions = {}): Promise<Tracker> {
  const { frames: declared } = (await atsContract()).operation('trackTransaction')?.successes[0] ?? {};
  const socket = new WebSocket(url, options);
  const frames: Frame[] = [];
  const violations: unknown[] = [];
  let headers: Tracker['headers'] = {};
  socket.on('upgrade', (response) => (headers = response.headers));
  socket.on('message', (data, isBinary) => {
    const frame = JSON.parse((data as Buffer).toString('utf8')) as Frame;
    violations.push(...(declared?.validate(frame) ?? ['no schema']), ...(isBinary ? ['binary'] : []));
    frames.push(frame);
  });
  const closed = once(socket, 'close').then(([code, reason]: unknown[]): readonly [number, string] => {
    expect(violations).to.deep.equal([]);
    return [Number(code), String(reason)];
  });
  await once(socket, 'open');
  return {
    socket,
    frames,
    get told() {
      expect(violations).to.deep.equal([]);
      return frames.map(({ type, transaction, error }) => transaction?.current_step ?? error?.code ?? type);
    },
    headers,
    // Frames of one connection stay in their order, so an answer to a ping comes behind all that was sent before it.
    caughtUp: async () => {
      if (socket.readyState !== socket.OPEN) return;
      socket.ping();
      await Promise.race([once(socket, 'pong'), closed]);
    },
    closed,
  };
}

/** A handshake that is refused: its answer. */
export async function refused(url: string, options: ClientOptions = {}): Promise<{ status: number; headers: object; body: string }> {
  const socket = new WebSocket(url, options);
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [
    unknown,
    AsyncIterable<Buffer> & { statusCode: number; headers: object },
  ];
  let body = '';
  for await (const chunk of response) body += chunk.toString('utf8');
  return { status: response.statusCode, headers: response.headers, body };
}

/** The code of an envelope. */
export function codeIn(body: string): string {
  return (JSON.parse(body) as { error: { code: string } }).error.code;
}

export function webSocketUrl({ url }: Pick<Mock, 'url'>, path: string): string {
  return url.replace(/^http/, 'ws') + path;
}

/** When something is next due by the mock's clock. */
export function nextDue({ clock }: Pick<Mock, 'clock'>): number | undefined {
  return (clock as MockClock).agenda.next();
}

export async function advance(mock: Mock, seconds: number): Promise<void> {
  const { status } = await send(mock, 'POST', '/__admin/clock/advance', { body: JSON.stringify({ seconds }) });
  expect(status).to.equal(200);
}

export const STEPS: readonly string[] = ['validating', 'preparing_transaction', 'signing', 'submitting', 'confirming'];
