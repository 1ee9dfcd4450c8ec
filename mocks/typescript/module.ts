import { basename, isAbsolute } from 'node:path';
import { jsonPointer, type Contract, type Failure, type Operation, type Retry } from '../../spec/index.js';
import { memberOf, partsOf, type Schema } from '../schema.js';
import { CLIENT_EXPORTS, clientPart } from './client.js';
import { declare, inline, name, union, UNKNOWN, type Expression } from './expression.js';
import { SchemaTypes } from './schema-types.js';
import { comment, key, quote, typeName } from './text.js';

/** What every module exports besides the details of its codes. */
const EXPORTS = ['Api', 'OperationId', 'Code', 'Details', 'ExampleName', 'AnyDetails'] as const;

/** Everything that is said by means of `Api`, so that it need not be said again. */
const DERIVED = `/** The operations by their ids. */
export type OperationId = keyof Api;

/** The codes that an operation can answer; without one, all codes. */
export type Code<Id extends OperationId = OperationId> = { [Each in Id]: keyof Api[Each]['failures'] }[Id];

/** The details of a code; where operations differ, those of the operation. */
export type Details<Name extends Code, Id extends OperationId = OperationId> = {
  [Each in Id]: Name extends keyof Api[Each]['failures'] ? Api[Each]['failures'][Name] : never;
}[Id];

/** The names of the examples of an operation's answers. */
export type ExampleName<Id extends OperationId = OperationId> = Api[Id]['examples'];

/** Details to which the contract gives no shape. */
export type AnyDetails = Readonly<Record<string, unknown>>;
`;

const ANY: Expression = { kind: 'map', of: UNKNOWN };

const RETRY: Readonly<Record<Retry, string>> = { never: 'never', backoff: 'after backing off', 'retry-after': 'when Retry-After says' };

/**
 * A contract as a TypeScript module: `Api` maps each operation to its codes and their details, its statuses and its examples.
 * The module imports nothing, and is the same every time for the same contract.
 *
 * @example
 * writeFileSync('ats-types.ts', generateTypes(await loadContract('openapi.yaml')));
 * // Details<'registration.audio_too_large'> is then { readonly size_bytes: number; readonly max_bytes: number }
 */
export function generateTypes(contract: Contract): string {
  return moduleOf(contract, '', EXPORTS);
}

/**
 * The same module for the clients of an API, with what they need at run time: a parser that never throws, guards, tables, and what makes
 * the compiler ask for a code that nothing handles. It imports nothing either.
 *
 * @example
 * writeFileSync('ats-errors.ts', generateClient(await loadContract('openapi.yaml')));
 * // parseError(body) is then an error told apart by its code, an unknown one, or no envelope
 */
export function generateClient(contract: Contract): string {
  const types = moduleOf(contract, ' --format client', [...EXPORTS, ...CLIENT_EXPORTS]);
  return `${types}\n${clientPart(contract)}`;
}

function moduleOf(contract: Contract, flags: string, taken: readonly string[]): string {
  const types = new SchemaTypes(contract.document, taken);
  const details = detailsReader(contract, types);
  const operations = [...new Map(contract.operations.map((operation) => [operation.id, operation])).values()];
  const api = operations.map((operation) => describe(operation, details)).join('\n');
  const header = [
    `The failures of ${contract.title} ${contract.version}, operation by operation.`,
    `Written by \`failpath types --contract ${nameFor(contract.file)}${flags} --out <this file>\`: change the contract, and have this written again.`,
  ];
  const declarations = types.declarations.map((text) => `\n${text}\n`).join('');
  return `${comment(header, '')}export interface Api {${api === '' ? '' : `\n${api}`}}\n\n${DERIVED}${declarations}`;
}

/** As it is named from the working folder; elsewhere it is another one on every machine. */
function nameFor(file: string): string {
  const name = isAbsolute(file) || file.startsWith('..') ? basename(file) : file;
  return /^[\w./\\@%+:-]+$/.test(name) ? name : `'${name.replaceAll("'", String.raw`'\''`)}'`;
}

type DetailsOf = (failure: Failure) => Expression;

function describe(operation: Operation, detailsOf: DetailsOf): string {
  const { id, method, path, summary, failures, answers } = operation;
  const codes = new Map<string, Failure[]>();
  for (const failure of failures) codes.set(failure.code, [...(codes.get(failure.code) ?? []), failure]);
  const members = [...codes].map(
    ([code, same]) => comment(same.map(explain), '      ') + declare(`${key(code)}:`, union(same.map(detailsOf)), '      ') + '\n',
  );
  const statuses = answers.filter((answer) => answer.failures.length > 0).map(({ status }) => name(String(status)));
  return [
    comment([`${method} ${path}${summary === '' ? '' : `: ${summary}`}`], '  '),
    `  ${key(id)}: {\n`,
    `    failures: {${members.length === 0 ? '' : `\n${members.join('')}    `}};\n`,
    `    /** Those of its failures. */\n${declare('statuses:', union(statuses), '    ')}\n`,
    `${declare('examples:', examplesOf(operation, codes), '    ')}\n`,
    '  };\n',
  ].join('');
}

/** A failure for whoever points at its code: title, status, causes, and whether to try again. */
function explain({ title, status, causes, retry }: Failure): string {
  const known = causes.filter((cause) => cause !== 'any');
  const why = known.length === 0 ? '' : ` ${known.length === 1 ? 'Cause' : 'Causes'}: ${known.join(', ')}.`;
  return `${status} ${title.replace(/\.$/, '')}.${why} Retry: ${RETRY[retry]}.`;
}

/** By convention each code has an example of its name; where that holds, the codes are not listed again. */
function examplesOf({ id, answers }: Operation, codes: ReadonlyMap<string, unknown>): Expression {
  const names = new Set(answers.flatMap(({ content }) => (content?.examples ?? []).map((example) => example.name)));
  const conventional = codes.size > 0 && [...codes.keys()].every((code) => names.has(code));
  const listed = [...names].filter((each) => !conventional || !codes.has(each)).map((each) => name(quote(each)));
  return union([...listed, ...(conventional ? [name(`Code<${quote(id)}>`)] : [])]);
}

/** The types of details, each made once, however many operations share a failure. */
function detailsReader(contract: Contract, types: SchemaTypes): DetailsOf {
  const members = jsonPointer.split(contract.envelope.details);
  const known = new Map<string, Expression>();
  return ({ code, pointer, title, description }) => {
    const place = `${code} ${pointer}`;
    const before = known.get(place);
    if (before !== undefined) return before;
    let schemas = [jsonPointer.get(contract.document, pointer) as Schema];
    for (const member of members) schemas = [...memberOf(partsOf(contract.document, schemas, () => true) ?? [], member)];
    const described = [{ description: `${title}. ${description}` }, ...schemas];
    const type = schemas.length === 0 ? ANY : types.of(described, typeName(code));
    const result = inline(type) === inline(ANY) ? name('AnyDetails') : type;
    known.set(place, result);
    return result;
  };
}
