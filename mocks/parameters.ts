import type { Contract, Operation, Parameter, Violation } from '../spec/index.js';
import { partsOf, typesOf, type Schema } from './schema.js';
import type { MockRequest, Refusal } from './types.js';

/** The first refusal that header and query parameters give a reason for. */
export type CheckParameters = (request: Pick<MockRequest, 'headers' | 'query'>) => Refusal | undefined;

/** The code of a refusal for which the contract names none: the mock then speaks for itself. */
export const UNNAMED = '';

type Read = (request: Pick<MockRequest, 'headers' | 'query'>) => unknown;

/** Compiles the checks of an operation's header and query parameters; headers come first. */
export function compileParameters(contract: Contract, operation: Operation): CheckParameters {
  const checks = operation.parameters
    .filter(({ in: place }) => place === 'header' || place === 'query')
    .sort((a, b) => a.in.localeCompare(b.in))
    .map((parameter) => ({ parameter, read: compileRead(contract, parameter) }));
  const fallback = contract.refusals.malformedBody ?? contract.refusals.invalidBody ?? UNNAMED;
  if (checks.length === 0) return () => undefined;
  return (request) => {
    for (const { parameter, read } of checks) {
      const value = read(request);
      const violation = value === undefined ? missing(parameter) : parameter.validate(value)[0];
      if (violation === undefined) continue;
      const code = violation.code ?? fallback;
      const message = `The ${parameter.in} parameter ${parameter.name} ${violation.message}.`;
      return { code, message, why: message };
    }
    return undefined;
  };
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
