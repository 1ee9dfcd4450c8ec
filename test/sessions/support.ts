import { expect } from 'chai';
import { startMock, type Mock, type StartOptions } from '../../mocks/index.js';
import type { AtsWorld } from '../../mocks/ats/index.js';
import { createMemoryStore } from '../../mocks/stores/index.js';
import { atsContract, json, send, type Seen } from '../mock/support.js';

/** Read before the first test begins, whose time it is not. */
const contract = await atsContract();

/** A session as the control API shows it. */
export interface Session {
  readonly id: string;
  readonly url: string;
  readonly admin: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly clock: { readonly now: string; readonly frozen: boolean };
  readonly requests: number;
  readonly rules: number;
  readonly world: AtsWorld;
}

export const CREATOR = { full_name: 'Ada Brandt', email: 'ada@example.org', roles: { author: true, composer: true } } as const;
export const NEW_WORK = {
  network: 'testnet',
  title: 'Harbour Lights',
  filename: 'harbour.wav',
  creators: [{ ...CREATOR, roles: { author: true, composer: true, arranger: false, adapter: false } }],
} as const;
export const NOON = '2026-03-31T12:00:00.000Z';

/** Mocks of a suite on a socket each; `stop` closes those of a test. */
export function servers(defaults: () => StartOptions = () => ({})): {
  start(options?: StartOptions): Promise<Mock>;
  stop(): Promise<void>;
} {
  let started: Mock[] = [];
  return {
    start: async (options = {}) => {
      const mock = await startMock({ contract, ...defaults(), ...options });
      started.push(mock);
      return mock;
    },
    stop: async () => {
      const all = started;
      started = [];
      await Promise.all(all.map((mock) => mock.close({ graceMs: 100 })));
    },
  };
}

/** A suite over sessions in memory, and over those in a store. */
export function everywhere(title: string, suite: (of: () => ReturnType<typeof servers>) => void): void {
  describe(title, () => suite(servers));
  describe(`${title} (in a store)`, () => suite(() => servers(() => ({ store: createMemoryStore() }))));
}

/** An answer that must be a success, or the test fails with what it says. */
export function ok(seen: Seen): Seen {
  if (seen.status >= 300) throw new Error(`${seen.status} ${seen.text}`);
  return seen;
}

/** `404 transaction.not_found`, `503`: what an answer says in short. */
export function short({ status, at }: Seen): string {
  const code = (at('/error/code') ?? at('/type')) as string | undefined;
  return code === undefined ? String(status) : `${status} ${code}`;
}

export async function begin(mock: { readonly url: string }, body?: unknown): Promise<Session> {
  return ok(await send(mock, 'POST', '/__admin/sessions', body === undefined ? {} : json(body))).body as Session;
}

export async function admin(at: { readonly url: string }, method: string, path: string, body?: unknown): Promise<Seen> {
  return send(at, method, `/__admin${path}`, body === undefined ? {} : json(body));
}

/** Somebody who uses the API of one world. */
export class Client {
  readonly url: string;
  readonly world: AtsWorld;
  readonly headers: Readonly<Record<string, string>>;

  constructor(url: string, world: AtsWorld, headers: Readonly<Record<string, string>> = {}) {
    this.url = url;
    this.world = world;
    this.headers = headers;
  }

  /** With the key of the active organization, unless another is given. */
  ask(method: string, path: string, body?: unknown, { token, headers = {} }: { token?: string; headers?: object } = {}): Promise<Seen> {
    const all = { authorization: `Bearer ${token ?? this.world.tokens.active}`, ...this.headers, ...headers };
    return send(this, method, path, body === undefined ? { headers: all } : json(body, all));
  }

  organization(path: string): string {
    return `/v1/organizations/${this.world.organizations.active}/${path}`;
  }

  post(path: string, body: unknown, headers: object = {}): Promise<Seen> {
    return this.ask('POST', this.organization(path), body, { headers });
  }

  init(headers: object = {}, more: object = {}): Promise<Seen> {
    return this.post('works/init', { ...NEW_WORK, ...more }, headers);
  }

  async upload(opened: Seen, bytes: number = 44): Promise<Response> {
    return fetch(String(opened.at('/upload_url')), { method: 'PUT', headers: this.headers, body: new Uint8Array(bytes) });
  }

  /** A job that has its audio. */
  async uploaded(more: object = {}): Promise<string> {
    const opened = ok(await this.init({}, more));
    expect((await this.upload(opened)).status).to.equal(200);
    return String(opened.at('/job_id'));
  }

  async prepared(more: object = {}): Promise<string> {
    const job_id = await this.uploaded(more);
    ok(await this.post('works/prepare', { job_id }));
    return job_id;
  }

  /** The id of the transaction. */
  async confirmed(more: object = {}): Promise<string> {
    return String(ok(await this.post('works/confirm', { job_id: await this.prepared(more) })).at('/transaction_id'));
  }

  transaction(id: string): Promise<Seen> {
    return this.ask('GET', `/v1/transactions/${id}`);
  }

  /** Asks the control API below the URL. */
  admin(method: string, path: string, body?: unknown): Promise<Seen> {
    return admin(this, method, path, body);
  }

  async credits(): Promise<number> {
    const seen = ok(await this.admin('GET', `/organizations/${this.world.organizations.active}`));
    return Number(seen.at('/credits/testnet'));
  }
}

/** The client of a session, by its prefix. */
export function clientOf({ url, world }: Pick<Session, 'url' | 'world'>): Client {
  return new Client(url, world);
}

export async function clientIn(mock: { readonly url: string }, body?: unknown): Promise<Client> {
  return clientOf(await begin(mock, body));
}

/** A rule that answers whatever is asked of an operation with a status. */
export function rule(on: string, ...answers: unknown[]): object {
  return { on, answers };
}
