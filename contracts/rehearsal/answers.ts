import { envelopeCodec, jsonPointer, type Contract, type Failure, type Operation } from '../../spec/index.js';
import { toAnswer } from '../transport.js';
import type { WireAnswer } from '../types.js';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const ORIGIN = /https?:\/\/[^/"\s]+/g;
/** So many characters at the end of a credential make it another one. */
const TAIL = 12;

/** Numbers that were never given before. */
export type Next = () => number;

/** The contract's examples of an operation's success, by name. */
export function examplesOf({ successes }: Operation): Readonly<Record<string, unknown>> {
  return Object.fromEntries(successes.flatMap(({ content }) => content?.examples ?? []).map(({ name, value }) => [name, value]));
}

/**
 * An operation's success. What was created is new: ids and credentials of the example are replaced, the same by the same, and what
 * the request has said of it is repeated. Its addresses are the deployment's own, since where its storage is only a run will see.
 *
 * @example
 * successOf(operation, { id: 'req_1', body: example, said: { name: 'drums' }, origin, next }).json;
 */
export function successOf(
  operation: Operation,
  {
    id,
    body,
    said,
    origin,
    next,
  }: {
    readonly id: string;
    readonly body: unknown;
    readonly said: Readonly<Record<string, unknown>>;
    readonly origin: string;
    readonly next: Next;
  },
): WireAnswer {
  const [success] = operation.successes;
  const headers = { 'x-request-id': id };
  if (success?.content === undefined || body === undefined) return toAnswer(success?.status ?? 200, headers, '');
  const isNew = operation.method === 'POST';
  const answered = isNew ? repeat(freshen(body, success.content.secrets, { origin, next }), said) : body;
  return toAnswer(success.status, { ...headers, 'content-type': success.content.mediaType }, JSON.stringify(answered));
}

/** A failure as the contract shows it, with a request id of its own. */
export function failureAnswer(contract: Contract, { code, title, status, examples, answer }: Failure, id: string): WireAnswer {
  const shown = examples[0]?.value ?? envelopeCodec(contract).write({ code, message: title, requestId: id });
  const body = jsonPointer.set(structuredClone(shown), contract.envelope.requestId, id);
  const required = answer.headers
    .filter((header) => header.required)
    .map(({ name, example }) => [name.toLowerCase(), typeof example === 'string' ? example : JSON.stringify(example ?? 1)]);
  const headers = { 'content-type': answer.content?.mediaType ?? 'application/json', ...Object.fromEntries(required), 'x-request-id': id };
  return toAnswer(status, headers, JSON.stringify(body));
}

function freshen(
  example: unknown,
  secrets: readonly string[],
  { origin, next }: { readonly origin: string; readonly next: Next },
): unknown {
  let text = JSON.stringify(example);
  for (const pointer of secrets) {
    const secret = jsonPointer.get(example, pointer);
    if (typeof secret !== 'string') continue;
    const tail = next().toString(16).padStart(TAIL, '0');
    text = text.replaceAll(JSON.stringify(secret).slice(1, -1), `${secret.slice(0, -TAIL)}${tail}`);
  }
  const ids = new Map<string, string>();
  return JSON.parse(
    text.replaceAll(ORIGIN, origin).replaceAll(UUID, (id) => {
      const fresh = ids.get(id) ?? `00000000-0000-4000-8000-${next().toString(16).padStart(12, '0')}`;
      ids.set(id, fresh);
      return fresh;
    }),
  );
}

function repeat(answer: unknown, said: Readonly<Record<string, unknown>>): unknown {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return answer;
  const repeated = Object.keys(answer).filter((name) => said[name] !== undefined);
  return { ...answer, ...Object.fromEntries(repeated.map((name) => [name, said[name]])) };
}
