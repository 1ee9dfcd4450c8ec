import type { ErrorObject } from 'ajv';
import type { Finding } from '../errors.js';
import { fromFragment, get, join } from '../pointer.js';
import { closest } from '../refs.js';
import { createAjv, MAX_BYTES } from '../schemas.js';
import type { Contract, Validator } from '../types.js';
import { at, objectOf, quote } from './rule.js';
import { schemasOf } from './walk.js';

/** Every schema is one by the rules of its dialect, and can be compiled. */
export function schemaInvalid(contract: Contract): Finding[] {
  const malformed = [...byMetaSchema(contract), ...patterns(contract), ...maxBytes(contract)];
  // What the compiler says about a malformed schema only repeats it, once for every use.
  return malformed.length > 0 ? malformed : byCompiler(contract);
}

function byMetaSchema(contract: Contract): Finding[] {
  const ajv = createAjv();
  return schemasOf(contract)
    .filter(({ root }) => root)
    .flatMap(({ value, pointer }) => {
      if (ajv.validateSchema(value) === true) return [];
      return innermost(ajv.errors ?? []).map((error) => {
        const place = pointer + error.instancePath;
        const value = get(contract.document, place);
        const allowed: unknown = error.params['allowedValues'];
        if (Array.isArray(allowed))
          return invalid(contract, place, `${quote(value)} is none of ${allowed.join(', ')}`, meant(value, allowed.map(String)));
        return invalid(contract, place, `${quote(value)} ${error.message ?? 'is not allowed here'}`, meant(value, []));
      });
    });
}

/** One error per place, the first, which says most: after it the meta-schema says that its own parts have failed. */
function innermost(errors: readonly ErrorObject[]): ErrorObject[] {
  const byPlace = new Map<string, ErrorObject>();
  for (const error of errors) if (!byPlace.has(error.instancePath)) byPlace.set(error.instancePath, error);
  return [...byPlace.values()];
}

function meant(value: unknown, allowed: readonly string[]): string {
  const best = typeof value === 'string' ? closest(value, allowed) : undefined;
  return best === undefined ? 'Write it as JSON Schema 2020-12 prescribes.' : `Did you mean ${best}?`;
}

/** The meta-schema calls a pattern any string. */
function patterns(contract: Contract): Finding[] {
  return schemasOf(contract)
    .flatMap(({ value, pointer }) => [
      { pattern: value['pattern'], place: join(pointer, 'pattern') },
      ...Object.keys(objectOf(value['patternProperties'])).map((pattern) => ({
        pattern,
        place: join(pointer, 'patternProperties', pattern),
      })),
    ])
    .filter(({ pattern }) => typeof pattern === 'string' && !isPattern(pattern))
    .map(({ pattern, place }) =>
      invalid(contract, place, `${quote(pattern)} is no regular expression`, 'Escape what is meant literally, and close every bracket.'),
    );
}

function isPattern(pattern: string): boolean {
  try {
    RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}

function maxBytes(contract: Contract): Finding[] {
  return schemasOf(contract)
    .filter(({ value }) => MAX_BYTES in value && !(Number.isInteger(value[MAX_BYTES]) && Number(value[MAX_BYTES]) >= 0))
    .map(({ value, pointer }) =>
      invalid(contract, `${pointer}/${MAX_BYTES}`, `${MAX_BYTES} is ${quote(value[MAX_BYTES])}`, 'Write a whole number of bytes.'),
    );
}

/** Compiles what will be compiled when it is used: each failure, content, parameter and header; once per cause. */
function byCompiler(contract: Contract): Finding[] {
  const causes = new Map<string, Finding>();
  const schemas = new Map<unknown, string>(schemasOf(contract).map(({ value, pointer }) => [value, pointer]));
  for (const { schema, validate, pointer } of [...contract.operations.flatMap(compiled), ...contract.webhooks.flatMap(sent)]) {
    const cause = causeOf(validate);
    // A reference to elsewhere is told by a rule of its own.
    if (cause === undefined || causes.has(cause) || isElsewhere(cause)) continue;
    causes.set(
      cause,
      invalid(
        contract,
        schemas.get(schema) ?? pointer,
        `the schema cannot be compiled: ${cause}`,
        'Correct the schema, or one that it refers to.',
      ),
    );
  }
  return [...causes.values()];
}

interface Compiled {
  readonly schema: unknown;
  readonly validate: Validator;
  readonly pointer: string;
}

function sent({ parameters, body, pointer }: Contract['webhooks'][number]): Compiled[] {
  return [...parameters, ...(body?.json === undefined ? [] : [{ ...body.json, pointer }])];
}

function compiled({ parameters, body, answers, failures, pointer }: Contract['operations'][number]): Compiled[] {
  const contents = [body?.json, ...answers.map(({ content }) => content)].filter((content) => content !== undefined);
  return [
    ...parameters,
    ...answers.flatMap(({ headers }) => headers),
    ...contents.map((content) => ({ ...content, pointer })),
    ...failures,
  ];
}

function causeOf(validate: Validator): string | undefined {
  try {
    validate(undefined);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function isElsewhere(cause: string): boolean {
  const ref = /can't resolve reference (\S+)/.exec(cause)?.[1];
  return ref !== undefined && !fromFragment(ref)?.startsWith('/components/schemas/');
}

function invalid(contract: Contract, pointer: string, what: string, remedy: string): Finding {
  return at(contract, pointer, { problem: 'schema-invalid', what, why: 'A schema that cannot be applied checks nothing.', remedy });
}
