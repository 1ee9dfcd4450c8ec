import { jsonPointer, type Contract, type Operation, type Parameter, type Violation } from '../spec/index.js';
import { partsOf, typesOf, type Schema } from './schema.js';
import type { MockRequest, Refusal } from './types.js';

/** The first refusal that header and query parameters give a reason for. */
export type CheckParameters = (request: Pick<MockRequest, 'headers' | 'query'>) => Refusal | undefined;

/** The code of a refusal for which the contract names none: the mock then speaks for itself. */
export const UNNAMED = '';

type Read = (request: Pick<MockRequest, 'headers' | 'query'>) => unknown;

/** What is wrong with one parameter. */
interface Fault {
  readonly parameter: Parameter;
  readonly violation: Violation;
  readonly code: string;
}

/**
 * Compiles the checks of an operation's header and query parameters; headers come first. Of a query that is refused with the code of
 * invalid bodies, all that is wrong is told, where the failure's details have room for it.
 */
export function compileParameters(contract: Contract, operation: Operation, membersOf: MembersOf): CheckParameters {
  const checks = operation.parameters
    .filter(({ in: place }) => place === 'header' || place === 'query')
    .sort((a, b) => a.in.localeCompare(b.in))
    .map((parameter) => ({ parameter, read: compileRead(contract, parameter) }));
  if (checks.length === 0) return () => undefined;
  const fallback = fallbackOf(contract, operation);
  const listing = operation.failures.find(({ code }) => code === contract.refusals.invalidBody && membersOf(code).has('fields'))?.code;
  const faultsOf = (request: Parameters<Read>[0]): Fault[] =>
    checks.flatMap(({ parameter, read }) => {
      const value = read(request);
      const violation = value === undefined ? missing(parameter) : parameter.validate(value)[0];
      return violation === undefined ? [] : [{ parameter, violation, code: violation.code ?? fallback }];
    });
  return (request) => {
    const faults = faultsOf(request);
    const [first] = faults;
    if (first === undefined) return undefined;
    const message = `The ${first.parameter.in} parameter ${first.parameter.name} ${first.violation.message}.`;
    const refusal = { code: first.code, message, why: message };
    if (first.code !== listing || first.parameter.in !== 'query') return refusal;
    return { ...refusal, message: 'The query is not valid.', details: { fields: faults.filter(isOf(first)).map(fieldOf) } };
  };
}

/** The names of the members of a failure's details, by its code. */
export type MembersOf = (code: string) => ReadonlyMap<string, unknown>;

/** Of the codes for what cannot be read and for what is invalid, the first that the operation declares. */
function fallbackOf({ refusals: { malformedBody, invalidBody } }: Contract, { failures }: Operation): string {
  const known = [malformedBody, invalidBody].filter((code) => code !== undefined);
  return known.find((code) => failures.some((failure) => failure.code === code)) ?? known[0] ?? UNNAMED;
}

const isOf =
  ({ parameter, code }: Fault) =>
  (other: Fault): boolean =>
    other.code === code && other.parameter.in === parameter.in;

function fieldOf({ parameter: { name }, violation: { pointer, message } }: Fault): { pointer: string; message: string } {
  return { pointer: `${jsonPointer.join('', name)}${pointer}`, message };
}

function missing({ required }: Parameter): Violation | undefined {
  return required ? { pointer: '', keyword: 'required', message: 'is required' } : undefined;
}

function compileRead(contract: Contract, parameter: Parameter): Read {
  const convert = compileConvert(contract, parameter.schema as Schema | undefined);
  if (parameter.in === 'query') {
    return ({ query }) => (query.has(parameter.name) ? convert(query.getAll(parameter.name)) : undefined);
  }
  const name = parameter.name.toLowerCase();
  return ({ headers }) => {
    const value = headers[name];
    return value === undefined ? undefined : convert(typeof value === 'string' ? [value] : value);
  };
}

/** Parameters are text; the schema says what the text means. */
function compileConvert(contract: Contract, schema: Schema | undefined): (texts: readonly string[]) => unknown {
  const types = typesIn(contract, schema === undefined ? [] : [schema]);
  if (!types.has('array')) return (texts) => scalar(texts[0] ?? '', types);
  const parts = partsOf(contract.document, [schema as Schema], (branches) => branches[0]) ?? [];
  const items = typesIn(
    contract,
    parts.flatMap((part) => (part['items'] === undefined ? [] : [part['items'] as Schema])),
  );
  return (texts) => (texts.length === 1 ? (texts[0] ?? '').split(',') : texts).map((text) => scalar(text.trim(), items));
}

function typesIn(contract: Contract, schemas: readonly Schema[]): ReadonlySet<string> {
  return new Set((partsOf(contract.document, schemas, (branches) => branches[0]) ?? []).flatMap(typesOf));
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function scalar(text: string, types: ReadonlySet<string>): unknown {
  if ((types.has('integer') || types.has('number')) && NUMBER.test(text)) return Number(text);
  if (types.has('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
