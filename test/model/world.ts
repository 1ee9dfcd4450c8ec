import { Agent } from 'undici';
import { readReplay } from '../../mocks/sessions/index.js';
import { requestOf, type Action, type Sent } from './actions.js';

/**
 * What the properties are tried on: one world, behind one server or several. It is reset again and again, so nobody else may use it.
 */
export interface WorldUnderTest {
  /** Base URLs of servers that share the world, without a slash at the end; requests go to them in turn. */
  readonly urls: readonly string[];
  /** Where its control API is, such as `http://127.0.0.1:4010/__admin`. */
  readonly admin: string;
  /** What the control API calls the world; by default it is that of requests that name no session. */
  readonly session?: string | undefined;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  /** Of the envelope; `undefined` for what is no error in the API's format. */
  readonly code: string | undefined;
  readonly text: string;
  /** Parsed; `undefined` for what is no JSON. */
  readonly body: unknown;
}

/** Ids and tokens of the well-known world, as `GET /__admin/world` tells them. */
export interface KnownWorld {
  readonly organizations: Readonly<Record<'active' | 'other', string>>;
  readonly tokens: Readonly<Record<string, string>>;
  readonly admin: string;
  readonly works: Readonly<Record<'active' | 'other', number>>;
  readonly workIds: Readonly<Record<'active' | 'other', string>>;
  /** Has one work, with two versions. */
  readonly externalUser: { readonly ref: string; readonly work: string; readonly atsId: number };
}

const JSON_BODY = { 'content-type': 'application/json' };
/** Of every scenario: a time of which no second is a fraction. */
const BEGINNING = '2026-03-02T09:00:00.000Z';

/** Speaks to a world; of several servers, the next is asked each time. */
export class Client {
  readonly #world: WorldUnderTest;
  readonly #agent = new Agent({ connections: 64, headersTimeout: 60_000, bodyTimeout: 60_000 });
  #turn = 0;
  /** Kinds of actions with what they were answered: `confirm 404 registration.prepared_not_found`. */
  readonly seen = new Set<string>();

  constructor(world: WorldUnderTest) {
    this.#world = world;
  }

  /** Does what an action says, at whichever server's turn it is. */
  async send(action: Action): Promise<Answer> {
    const sent = requestOf(action);
    const answer = await (sent.to === 'admin' ? this.admin(sent.method, sent.path, sent.body) : this.#ask(this.#addressOf(sent), sent));
    this.seen.add(`${action.kind} ${answer.status} ${answer.code ?? ''}`.trimEnd());
    return answer;
  }

  admin(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.#ask(`${this.#world.admin}${path}`, { method, headers: JSON_BODY, body });
  }

  /** Back to the well-known world, at a time that stands still. */
  async reset(): Promise<{ readonly world: KnownWorld; readonly now: number }> {
    await this.must('POST', '/reset');
    await this.must('PUT', '/clock', { now: BEGINNING, frozen: true });
    return { world: (await this.must('GET', '/world')) as KnownWorld, now: Date.parse(BEGINNING) };
  }

  /** SHA-256 of all that the world remembers, but for its clock, its history and its journal. */
  async digest(): Promise<string> {
    const { token } = (await this.must('GET', `/sessions/${this.#world.session ?? 'default'}/replay`)) as { token: string };
    return readReplay(token).state;
  }

  async must(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.admin(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  }

  close(): Promise<void> {
    return this.#agent.close();
  }

  /** An upload or download URL is one of the server that made it: every server of the world has to take it. */
  #addressOf({ to, path }: Sent): string {
    const { urls } = this.#world;
    const base = urls[this.#turn++ % urls.length] ?? '';
    if (to === 'api') return `${base}${path}`;
    return `${new URL(base).origin}${new URL(path).pathname}`;
  }

  async #ask(url: string, { method, headers, body }: Pick<Sent, 'method' | 'headers' | 'body'>): Promise<Answer> {
    const { origin, pathname, search } = new URL(url);
    const bytes = body === undefined || body instanceof Uint8Array ? body : JSON.stringify(body);
    const answer = await this.#agent.request({
      origin,
      path: `${pathname}${search}`,
      method,
      headers: { ...headers },
      ...(bytes === undefined ? {} : { body: bytes }),
    });
    const text = await answer.body.text();
    const parsed = parse(text);
    const code = (parsed as { error?: { code?: string } } | undefined)?.error?.code;
    return { status: answer.statusCode, code, text, body: parsed };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
