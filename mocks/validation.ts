import type { Contract, Failure, Operation, Violation } from '../spec/index.js';
import type { JsonBody } from './body.js';
import type { Entry } from './entries.js';
import { compileParameters, UNNAMED, type CheckParameters } from './parameters.js';
import { detailsMembers } from './schema.js';
import type { MockRequest, Refusal } from './types.js';

/** What a request truly gives a failure to say. */
export interface Reason {
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** What the contract holds against one request; each part is computed on first use. */
export interface Validation {
  /** The first refusal in the order: parameters, content type, JSON syntax, schema. */
  refusal(): Refusal | undefined;
  /** What a failure would say about this request, when the body really is a reason for it. */
  reason(failure: Failure): Reason | undefined;
}

export type Validate = (entry: Entry, request: Pick<MockRequest, 'headers' | 'query'>, body: JsonBody) => Validation;

/** More entries help nobody, and would make an answer larger than its request. */
const MAX_FIELDS = 100;

/**
 * The validation that a contract asks for. Path parameters are left alone: a malformed id is an unknown one.
 *
 * @example
 * const validate = createValidation(contract);
 * validate(entry, request, { kind: 'json', value: {} }).refusal()?.code; // 'common.validation_failed'
 */
export function createValidation(contract: Contract): Validate {
  const malformedBody = contract.refusals.malformedBody ?? UNNAMED;
  const parameters = new Map<Operation, CheckParameters>();
  const members = new Map<Failure, ReadonlyMap<string, readonly string[]>>();
  const remember = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
    let value = map.get(key);
    if (value === undefined) map.set(key, (value = make()));
    return value;
  };
  const membersOf: MembersOf = (failure) => remember(members, failure, () => detailsMembers(contract, failure));

  const parametersOf = (entry: Entry): CheckParameters =>
    remember(parameters, entry.operation, () => {
      const detailsOf = (code: string): ReturnType<MembersOf> => {
        const failure = entry.failures.get(code)?.[0];
        return failure === undefined ? new Map() : membersOf(failure);
      };
      return compileParameters(contract, entry.operation, detailsOf);
    });
  const common: Common = { contract, malformedBody, membersOf, parametersOf };
  return (entry, request, body) => new RequestValidation(common, entry, request, body);
}

/** What validations of one contract share. */
interface Common {
  readonly contract: Contract;
  readonly malformedBody: string;
  readonly membersOf: MembersOf;
  readonly parametersOf: (entry: Entry) => CheckParameters;
}

class RequestValidation implements Validation {
  readonly #common: Common;
  readonly #entry: Entry;
  readonly #request: Pick<MockRequest, 'headers' | 'query'>;
  readonly #body: JsonBody;
  #violations: readonly Violation[] | undefined;
  #refusal: Refusal | undefined;
  #isRefusalKnown = false;

  constructor(common: Common, entry: Entry, request: Pick<MockRequest, 'headers' | 'query'>, body: JsonBody) {
    this.#common = common;
    this.#entry = entry;
    this.#request = request;
    this.#body = body;
  }

  refusal(): Refusal | undefined {
    if (!this.#isRefusalKnown) {
      const { contract, membersOf } = this.#common;
      this.#refusal = this.#ofParameters() ?? this.#malformed() ?? schemaRefusal(contract, this.#entry, this.#found, membersOf);
      this.#isRefusalKnown = true;
    }
    return this.#refusal;
  }

  reason(failure: Failure): Reason | undefined {
    const { contract, membersOf } = this.#common;
    return reasonOf(contract, failure, this.#found, membersOf) ?? reasonIn(this.#ofParameters(), failure);
  }

  get #found(): readonly Violation[] {
    return (this.#violations ??= bodyViolations(this.#entry.operation, this.#body));
  }

  #malformed(): Refusal | undefined {
    const message = unreadable(this.#entry.operation, this.#request.headers['content-type'], this.#body);
    return message === undefined ? undefined : { code: this.#common.malformedBody, message, why: message };
  }

  #ofParameters(): Refusal | undefined {
    return this.#common.parametersOf(this.#entry)(this.#request);
  }
}

type MembersOf = (failure: Failure) => ReadonlyMap<string, readonly string[]>;

function bodyViolations({ body: declared }: Operation, body: JsonBody): readonly Violation[] {
  return declared?.json === undefined || body.kind !== 'json' ? [] : declared.json.validate(body.value);
}

const JSON_TYPE = /^application\/(?:[\w.!#$&^+-]+\+)?json\s*(?:;|$)/i;
const CHARSET = /;\s*charset\s*=\s*"?([^\s";]+)/i;

/** Why a body cannot be taken for JSON at all. */
function unreadable(
  { body: declared }: Operation,
  contentType: string | readonly string[] | undefined,
  body: JsonBody,
): string | undefined {
  if (declared?.json === undefined || (body.kind === 'absent' && !declared.required)) return undefined;
  if (contentType === 'application/json' && body.kind === 'json') return undefined;
  const type = typeof contentType === 'string' ? contentType.trim() : '';
  if (type === '') return 'The request has no Content-Type; it must be application/json.';
  if (!JSON_TYPE.test(type)) return `The Content-Type must be application/json, not ${type.slice(0, 100)}.`;
  const charset = CHARSET.exec(type)?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) return `The body must be UTF-8, not ${charset.slice(0, 100)}.`;
  if (body.kind === 'absent') return 'The body is empty; it must be JSON.';
  return body.kind === 'malformed' ? body.message : undefined;
}

/** What has no code of its own comes first; then the codes in the operation's order of refusal. */
function schemaRefusal(
  contract: Contract,
  { failures, rank }: Entry,
  violations: readonly Violation[],
  membersOf: MembersOf,
): Refusal | undefined {
  if (violations.length === 0) return undefined;
  const plain = violations.find(({ code }) => code === undefined);
  const coded = violations.reduce((best, violation) => (place(rank, violation) < place(rank, best) ? violation : best));
  const code = (plain === undefined ? coded.code : contract.refusals.invalidBody) ?? UNNAMED;
  const first = plain ?? coded;
  const failure = failures.get(code)?.[0];
  const why = `the body${first.pointer === '' ? '' : ` at ${first.pointer.slice(0, 200)}`} ${first.message}`;
  return { code, why, ...(failure === undefined ? {} : reasonOf(contract, failure, violations, membersOf)) };
}

function place(rank: ReadonlyMap<string, number>, { code }: Violation): number {
  return rank.get(code ?? '') ?? Infinity;
}

function reasonOf(contract: Contract, failure: Failure, violations: readonly Violation[], membersOf: MembersOf): Reason | undefined {
  if (violations.length === 0) return undefined;
  if (failure.code === contract.refusals.invalidBody) {
    const plain = violations.filter(({ code }) => code === undefined);
    return plain.length === 0 || !membersOf(failure).has('fields')
      ? undefined
      : { message: 'The body is not valid.', details: { fields: fieldsOf(plain) } };
  }
  const violation = violations.find(({ code }) => code === failure.code);
  if (violation === undefined) return undefined;
  const members = membersOf(failure);
  const details = {
    ...(members.has('value') && 'value' in violation ? { value: asDeclared(violation.value, members.get('value')) } : {}),
    ...(members.has('reason') ? { reason: violation.message } : {}),
  };
  const message = `${violation.pointer === '' ? 'The body' : violation.pointer} ${violation.message}.`;
  return Object.keys(details).length === 0 ? undefined : { message, details };
}

function reasonIn(refusal: Refusal | undefined, { code }: Failure): Reason | undefined {
  const { message, details } = refusal ?? {};
  return refusal?.code !== code || message === undefined || details === undefined ? undefined : { message, details };
}

function fieldsOf(violations: readonly Violation[]): { pointer: string; message: string }[] {
  const seen = new Set<string>();
  const fields: { pointer: string; message: string }[] = [];
  for (const { pointer, message } of violations) {
    if (fields.length === MAX_FIELDS) break;
    if (seen.size !== seen.add(`${pointer} ${message}`).size) fields.push({ pointer, message });
  }
  return fields;
}

function asDeclared(value: unknown, types: readonly string[] = []): unknown {
  const onlyText = types.length > 0 && types.every((type) => type === 'string');
  return onlyText && typeof value !== 'string' ? JSON.stringify(value) : value;
}
