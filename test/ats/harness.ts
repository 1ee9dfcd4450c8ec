import { expect } from 'chai';
import { loadContract, type Contract, type Operation, type Violation } from '../../spec/index.js';
import { createAtsSandbox, type AtsSandbox, type AtsWorld, type Replacements } from '../../mocks/ats/index.js';
import { createClock, type MockClock } from '../../mocks/clock.js';
import type { AdminAnswer, Call, MockAnswer, MockRequest, Outcome, Refusal } from '../../mocks/types.js';

/** The sandbox in process, without the engine: routes with the contract, judges bodies with it, and checks every answer. */

export const contract: Contract = await loadContract(new URL('../../openapi.yaml', import.meta.url).pathname);

const BASE = 'http://mock.test';

export interface Ask {
  readonly token?: string | undefined;
  readonly authorization?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Seen {
  readonly status: number;
  readonly code: string | undefined;
  readonly details: Record<string, unknown> | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Record<string, unknown>;
  readonly text: string | undefined;
  /** `<rule>: <cause>` for a refusal. */
  readonly why: string;
}

export interface Creator {
  readonly full_name: string;
  readonly email: string;
  readonly roles: Readonly<Record<'author' | 'composer' | 'arranger' | 'adapter', boolean>>;
}
export interface NewVersion {
  readonly network: string;
  readonly creators: readonly Creator[];
}

export const CREATOR: Creator = {
  full_name: 'Ada Brandt',
  email: 'ada.brandt@example.org',
  roles: { author: true, composer: false, arranger: false, adapter: false },
};
export const NEW_VERSION: NewVersion = { network: 'testnet', creators: [CREATOR] };
export const NEW_UPLOAD: NewVersion & { readonly filename: string } = { ...NEW_VERSION, filename: 'live.wav' };
export const NEW_WORK: NewVersion & { readonly filename: string; readonly title: string } = { ...NEW_UPLOAD, title: 'Harbour Lights' };

export class Ats {
  readonly clock: MockClock;
  readonly sandbox: AtsSandbox;
  readonly world: AtsWorld;

  constructor(lies?: Replacements, of: Contract = contract) {
    this.clock = createClock(() => Date.UTC(2026, 2, 2, 9));
    this.sandbox = createAtsSandbox({ contract: of, clock: this.clock }, lies);
    this.world = this.sandbox.world;
  }

  async ask(method: string, path: string, ask: Ask = {}): Promise<Seen> {
    const call = this.call(method, path, ask);
    const outcome = this.sandbox.answer(call);
    if (outcome === undefined) throw new Error(`The sandbox does not answer ${method} ${path}.`);
    return seen(call.operation, outcome);
  }

  call(method: string, path: string, { token, authorization, body, headers = {} }: Ask): Call {
    const { pathname, searchParams } = new URL(path, BASE);
    const route = contract.route(method, pathname);
    if (route === undefined) throw new Error(`No route for ${method} ${path}.`);
    const credential = authorization ?? (token === undefined ? undefined : `Bearer ${token}`);
    return {
      ...route,
      query: searchParams,
      headers: { ...headers, ...(credential === undefined ? {} : { authorization: credential }) },
      baseUrl: BASE,
      body,
      refusal: () => refusalOf(route.operation, body, headers) ?? queryRefusalOf(route.operation, searchParams),
    };
  }

  async put(url: unknown, body: AsyncIterable<Uint8Array> | Uint8Array, method = 'PUT'): Promise<MockAnswer> {
    const path = new URL(String(url)).pathname;
    const bytes = body instanceof Uint8Array ? once(body) : body;
    const answer = this.sandbox.elsewhere(requestTo(method, path, bytes));
    if (answer === undefined) throw new Error(`${path} is not the storage's.`);
    return answer;
  }

  async admin(method: string, path: string, body?: unknown): Promise<AdminAnswer> {
    for (const route of this.sandbox.admin) {
      const match = new RegExp(`^${route.path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`).exec(path);
      if (match === null || route.method !== method) continue;
      return route.handle({ params: { ...match.groups }, query: new URLSearchParams(), body, baseUrl: BASE });
    }
    throw new Error(`No admin route ${method} ${path}.`);
  }

  organization(path: string, id: string = this.world.organizations.active): string {
    return `/v1/organizations/${id}/${path}`;
  }

  /** POST below the active organization, with its key unless another is named. */
  async post(path: string, body: unknown, ask: Ask & { readonly organization?: string } = {}): Promise<Seen> {
    return this.ask('POST', this.organization(path, ask.organization), { token: this.world.tokens.active, ...ask, body });
  }

  /** A job that has been opened and given audio; resolves to its id. */
  async uploaded(
    bytes: number | Uint8Array = 1000,
    body: object = NEW_WORK,
    path = 'works/init',
    ask: Ask & { organization?: string } = {},
  ): Promise<string> {
    const { body: opened } = ok(await this.post(path, body, ask));
    expect((await this.put(opened['upload_url'], typeof bytes === 'number' ? new Uint8Array(bytes) : bytes)).status).to.equal(200);
    return String(opened['job_id']);
  }

  /** A job with a quote that binds. */
  async prepared(bytes = 1000, body: object = NEW_WORK): Promise<string> {
    const job_id = await this.uploaded(bytes, body);
    ok(await this.post('works/prepare', { job_id }));
    return job_id;
  }

  /** A partner session, by default for the well-known external user. */
  async session(user: string = this.world.externalUser.ref, ask: Ask & { organization?: string } = {}): Promise<string> {
    return String(ok(await this.post('partner-sessions', { external_user_ref: user }, ask)).body['token']);
  }

  /** Registers a work and waits until it is on chain; resolves to its id. */
  async registered(body: object = NEW_WORK): Promise<string> {
    const job_id = await this.prepared(1000, body);
    ok(await this.post('works/confirm', { job_id }));
    await this.clock.advance(12_000);
    return job_id;
  }

  versions(step: string, atsId: number | string = this.world.works.active): string {
    return `works/${atsId}/versions/${step}`;
  }
}

/** Answers that are no success fail the test with what they say. */
export function ok(answer: Seen): Seen {
  if (answer.code !== undefined) throw new Error(`${answer.status} ${answer.code}: ${answer.why}`);
  return answer;
}

export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function seen(operation: Operation, outcome: Outcome): Seen {
  return 'refused' in outcome ? seenRefusal(operation, outcome.refused) : seenSuccess(operation, outcome.succeeded);
}

function seenRefusal(operation: Operation, { code, message, details, headers = {}, why }: Refusal): Seen {
  const failure = operation.failures.find((candidate) => candidate.code === code);
  if (failure === undefined) throw new Error(`${operation.id} does not declare ${code}.`);
  const example = structuredClone(failure.examples[0]?.value) as { error: { message: string; details?: Record<string, unknown> } };
  if (message !== undefined) example.error.message = message;
  if (details !== undefined) example.error.details = { ...example.error.details, ...details };
  expect(failure.validate(example), `${failure.key}: ${JSON.stringify(example)}`).to.deep.equal([]);
  for (const { name } of failure.answer.headers.filter(({ required }) => required)) expect(headers).to.have.property(name.toLowerCase());
  return { status: failure.status, code, details: example.error.details, headers, body: example, text: undefined, why };
}

function seenSuccess(
  operation: Operation,
  { status, body, headers = {}, why }: Extract<Outcome, { succeeded: unknown }>['succeeded'],
): Seen {
  const answer = operation.successes.find((candidate) => candidate.status === status);
  if (answer === undefined) throw new Error(`${operation.id} does not declare ${status}.`);
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const parsed = text === undefined ? {} : (JSON.parse(text) as Record<string, unknown>);
  expect(answer.content?.validate(parsed) ?? [], `${operation.id} ${text}`).to.deep.equal([]);
  return { status, code: undefined, details: undefined, headers, body: parsed, text, why };
}

/** The engine's part, in short: parameters, then shape, then the first specific code in the contract's order. */
function refusalOf(operation: Operation, body: unknown, headers: Readonly<Record<string, string>>): Refusal | undefined {
  for (const { name, in: place, validate } of operation.parameters) {
    const violation =
      place === 'header' && headers[name.toLowerCase()] !== undefined ? validate(headers[name.toLowerCase()])[0] : undefined;
    if (violation !== undefined) return { code: violation.code ?? 'common.bad_request', why: 'malformed Idempotency-Key' };
  }
  if (operation.body?.json === undefined) return undefined;
  if (body === undefined) return { code: 'common.bad_request', why: 'not JSON' };
  const violations = operation.body.json.validate(body);
  if (violations.length === 0) return undefined;
  const plain = violations.filter(({ code }) => code === undefined);
  if (plain.length > 0) return { code: 'common.validation_failed', details: { fields: plain.map(fieldOf) }, why: plain[0]?.message ?? '' };
  const first = operation.failures.find(({ code }) => violations.some((violation) => violation.code === code));
  return { code: first?.code ?? '', why: 'schema' };
}

/** Query parameters as the engine reads them: numbers where a number is due. */
function queryRefusalOf({ parameters }: Operation, query: URLSearchParams): Refusal | undefined {
  const fields = parameters.flatMap(({ name, in: place, required, schema, validate }) => {
    const text = place === 'query' ? query.get(name) : null;
    if (text === null) return place === 'query' && required ? [{ pointer: `/${name}`, message: 'is required' }] : [];
    const isNumber = (schema as { type?: unknown } | undefined)?.type === 'integer' && /^-?\d+$/.test(text);
    return validate(isNumber ? Number(text) : text).map(({ message }) => ({ pointer: `/${name}`, message }));
  });
  return fields.length === 0 ? undefined : { code: 'common.validation_failed', details: { fields }, why: fields[0]?.message ?? '' };
}

function fieldOf({ pointer, message }: Violation): { pointer: string; message: string } {
  return { pointer, message };
}

/** A request outside the contract. */
export function requestTo(method: string, path: string, body: MockRequest['body']): MockRequest {
  const connection = { id: 1, opened: 0 };
  return { method, path, url: path, query: new URLSearchParams(), headers: {}, baseUrl: BASE, body, connection };
}
