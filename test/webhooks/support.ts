import { startMock, type Mock, type StartOptions } from '../../mocks/index.js';
import { atsContract } from '../mock/support.js';
import { Receiver } from './receiver.js';

export const START: number = Date.UTC(2026, 2, 2, 9);
/** One block on testnet. */
export const BLOCK = 12;

export interface Key {
  readonly id: string;
  readonly token: string;
  readonly webhook_secret_base64: string;
}

/** As `GET /__admin/webhooks` shows it. */
export interface Shown {
  readonly id: string;
  readonly transaction_id: string;
  readonly event: string;
  readonly url: string;
  readonly state: string;
  readonly reason: string | null;
  readonly body: string;
  readonly attempts: readonly {
    readonly number: number;
    readonly series: number;
    readonly at: string;
    readonly signature: string;
    readonly duplicate: boolean;
    readonly status: number | null;
    readonly problem: string | null;
  }[];
  readonly underWay: boolean;
  readonly next_attempt_at: string | null;
}

const CREATOR = { full_name: 'Ada', email: 'ada@example.org', roles: { author: true, composer: true, arranger: false, adapter: false } };

/** A mock whose clock stands still at `START`, and a client of it. */
export class World {
  readonly mock: Mock;

  private constructor(mock: Mock) {
    this.mock = mock;
  }

  static async start(options: StartOptions = {}): Promise<World> {
    const mock = await startMock({ contract: await atsContract(), webhookPatienceMs: 150, ...options });
    const world = new World(mock);
    await world.begin();
    return world;
  }

  /** As new: the world, the time and the log. */
  async begin(): Promise<void> {
    this.mock.reset();
    this.mock.clock.freeze();
    await this.mock.clock.set(START);
    await this.admin('PUT', `organizations/${this.mock.world.organizations.active}`, { maxKeys: 1_000 });
  }

  admin(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    return this.#ask(method, `/__admin/${path}`, body);
  }

  /** The status of an admin route, whatever it is, and what it says. */
  async refused(method: string, path: string, body?: unknown): Promise<string> {
    return this.admin(method, path, body).then(
      () => 'not refused',
      (error: Error) => error.message,
    );
  }

  /** A key whose transactions are reported. */
  async key(webhook_url?: string): Promise<Key> {
    return (await this.#post(
      'api-keys',
      { name: 'Hooks', scopes: ['works:register', 'works:update'], webhook_url },
      this.mock.world.admin,
    )) as unknown as Key;
  }

  /** A work on its way to the chain; answers the id of the transaction. */
  async submit({ token }: Pick<Key, 'token'>, about: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const work = { network: 'testnet', title: 'Harbour Lights', filename: 'a.wav', creators: [CREATOR], ...about };
    const { job_id, upload_url } = await this.#post('works/init', work, token);
    await this.#fetch(String(upload_url), { method: 'PUT', body: 'audio' });
    await this.#post('works/prepare', { job_id }, token);
    return String((await this.#post('works/confirm', { job_id }, token))['transaction_id']);
  }

  /** A version on its way to the chain. */
  async submitVersion({ token }: Pick<Key, 'token'>): Promise<string> {
    const path = `works/${this.mock.world.works.active}/versions`;
    const { job_id } = await this.#post(`${path}/init`, { network: 'testnet', creators: [CREATOR] }, token);
    await this.#post(`${path}/prepare`, { job_id }, token);
    return String((await this.#post(`${path}/confirm`, { job_id }, token))['transaction_id']);
  }

  async advance(seconds: number): Promise<void> {
    await this.admin('POST', 'clock/advance', { seconds });
  }

  async log(query: string = ''): Promise<readonly Shown[]> {
    return (await this.admin('GET', `webhooks${query}`))['webhooks'] as readonly Shown[];
  }

  async shown(id: string): Promise<Shown> {
    return (await this.admin('GET', `webhooks/${id}`)) as unknown as Shown;
  }

  #post(path: string, body: unknown, token: string): Promise<Record<string, unknown>> {
    return this.#ask('POST', `/v1/organizations/${this.mock.world.organizations.active}/${path}`, body, token);
  }

  async #ask(method: string, path: string, body: unknown, token?: string): Promise<Record<string, unknown>> {
    const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
    const answer = await this.#fetch(this.mock.url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  }

  /** Over a real socket, if the mock has one. */
  #fetch(url: string, init: { method: string; headers?: Record<string, string>; body?: string }): Promise<Response> {
    return this.mock.port === 0 ? this.mock.fetch(url, init) : fetch(url, init);
  }
}

/** When attempts were made, in seconds since the transaction ended. */
export function moments({ attempts }: Shown): number[] {
  return attempts.map(({ at }) => (Date.parse(at) - START) / 1_000 - BLOCK);
}

/** A world and a receiver for a suite, each test with new ones of both. */
export function suite(options: StartOptions = {}): { readonly world: World; readonly receiver: Receiver } {
  const parts = {} as { world: World; receiver: Receiver };
  before(async () => {
    parts.world = await World.start(options);
  });
  after(() => parts.world.mock.close());
  beforeEach(async () => {
    await parts.world.begin();
    parts.receiver = await Receiver.start();
  });
  afterEach(() => parts.receiver.stop());
  return parts;
}
