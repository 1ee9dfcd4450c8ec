import {
  envelopeCodec,
  textOf,
  type Answer,
  type Contract,
  type Operation,
  type SeenAnswer,
  type SeenBody,
  type SeenExchange,
  type SeenHeaders,
} from '../../spec/index.js';
import { credentialPlaces, credentialsInHeaders, parameterNamesCredential, type CredentialPlaces } from './credentials.js';
import { isViolation, type AnswerVerdict } from './judge.js';
import type { Secrets } from './secrets.js';

/** Who sent a request: a name of the well-known world, nobody, or whoever has a credential that is not kept. */
export type Caller =
  | { readonly kind: 'identity'; readonly name: string }
  /** The headers that could have held a credential; none where it is not asked for in a header. */
  | { readonly kind: 'none'; readonly headers: readonly string[] }
  /** The header is as it was sent, with a placeholder for the credential. */
  | { readonly kind: 'unknown'; readonly header: { readonly name: string; readonly value: string } };

/** What a rule will answer; members that are different each time are left to the mock. */
export type KeptAnswer =
  | { readonly kind: 'fails'; readonly code: string; readonly details: Readonly<Record<string, unknown>> | undefined }
  | {
      readonly kind: 'responds';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: SeenBody;
      /** Pointers of the body's credentials. */
      readonly secrets: readonly string[];
    };

/** What is kept of a request and its answer. */
export interface Kept {
  readonly operation: Operation;
  readonly path: string;
  /** Credentials have no value here. */
  readonly query: readonly (readonly [name: string, value: string | undefined])[];
  readonly body: SeenBody;
  /** Pointers of the body's credentials. */
  readonly secrets: readonly string[];
  readonly caller: Caller;
  readonly status: number;
  readonly answer: KeptAnswer;
  /** What the contract has against the answer, or why nobody can tell. */
  readonly objection: string | undefined;
  /** How often it was answered one time after the other. */
  readonly times: number;
}

/** Headers that clients act on, whatever the contract says of them. */
const TELLING: ReadonlySet<string> = new Set(['location', 'retry-after', 'etag', 'link', 'www-authenticate']);
/** Headers that the server makes anew, and those that belong to one answer only. */
const MADE_ANEW: ReadonlySet<string> = new Set(['x-request-id', 'content-length', 'content-encoding', 'date', 'set-cookie']);

/** Takes from an exchange what a rule needs, and tells `secrets` what it held. */
export function keep(
  contract: Contract,
  secrets: Secrets,
  { request, answer, identity }: SeenExchange,
  { operation, verdict }: { readonly operation: Operation; readonly verdict: AnswerVerdict },
): Kept {
  const places = credentialPlaces(contract, operation);
  const declared = operation.answers.find(({ status }) => status === answer.status);
  const asked = operation.body?.json?.secrets ?? [];
  const told = declared?.content?.secrets ?? [];
  for (const found of credentialsInHeaders(request.headers, places.headers)) secrets.placeholder(found);
  for (const found of credentialsInHeaders(answer.headers)) secrets.placeholder(found);
  for (const [name, value] of request.query) if (isSecret(name, value, places)) secrets.placeholder({ name, value });
  for (const text of [request.path, ...request.query.values(), ...Object.values(answer.headers).map(textOf)]) secrets.learnText(text);
  learnBody(request.body, asked, secrets);
  learnBody(answer.body, told, secrets);
  return {
    operation,
    path: request.path,
    query: [...request.query].map(([name, value]) => [name, isSecret(name, value, places) ? undefined : value] as const),
    body: request.body,
    secrets: asked,
    caller: callerOf(request.headers, places, { operation, identity, secrets }),
    status: answer.status,
    answer: keepAnswer(contract, verdict, answer, declared),
    objection: isViolation(verdict) || verdict.kind === 'unjudged' ? verdict.sentence : undefined,
    times: 1,
  };
}

function isSecret(name: string, value: string, { query }: CredentialPlaces): boolean {
  return parameterNamesCredential(name, value) || query.includes(name);
}

function learnBody(body: SeenBody, pointers: readonly string[], secrets: Secrets): void {
  if (body.kind === 'json') secrets.learn(body.value, pointers);
  else if (body.kind === 'text') secrets.learnText(body.text);
}

function callerOf(
  headers: SeenHeaders,
  places: CredentialPlaces,
  about: { readonly operation: Operation; readonly identity: string | undefined; readonly secrets: Secrets },
): Caller {
  const { operation, identity = 'unknown', secrets } = about;
  const name = places.headers.find((one) => headers[one] !== undefined);
  if (name !== undefined) {
    if (identity !== 'unknown' && identity !== 'none') return { kind: 'identity', name: identity };
    return { kind: 'unknown', header: { name, value: headerWithout(name, textOf(headers[name]), secrets) } };
  }
  const asksForOne = operation.credentials.length > 0 && places.query.length === 0;
  return { kind: 'none', headers: asksForOne ? places.headers : [] };
}

/** Short credentials as well, which would not be found by their value. */
function headerWithout(name: string, value: string, secrets: Secrets): string {
  const found = [...credentialsInHeaders({ [name]: value }, [name])];
  return found.reduce((text, one) => text.replace(one.value, () => secrets.placeholder(one)), value);
}

function keepAnswer(
  contract: Contract,
  verdict: AnswerVerdict,
  { status, headers, body }: SeenAnswer,
  declared: Answer | undefined,
): KeptAnswer {
  if (verdict.kind === 'declared-failure') {
    const { details } = envelopeCodec(contract).read(body.kind === 'json' ? body.value : undefined);
    return { kind: 'fails', code: verdict.failure.code, details: lastingDetails(details) };
  }
  const known = new Set([...TELLING, ...(declared?.headers ?? []).map(({ name }) => name.toLowerCase())]);
  const kept = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || MADE_ANEW.has(name) || !known.has(name) ? [] : [[name, textOf(value)]],
  );
  const type = textOf(headers['content-type']);
  const typed = body.kind === 'absent' || type === '' || type === 'application/json' ? [] : [['content-type', type]];
  return { kind: 'responds', status, headers: Object.fromEntries([...typed, ...kept]), body, secrets: declared?.content?.secrets ?? [] };
}

const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d/;

/** Details without times: those of the day of the recording would be wrong ever after, and the mock knows its own. */
function lastingDetails(details: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof details !== 'object' || details === null || Array.isArray(details)) return undefined;
  const lasting = Object.entries(details).filter(([, value]) => typeof value !== 'string' || !DATE_TIME.test(value));
  return lasting.length === 0 ? undefined : Object.fromEntries(lasting);
}
