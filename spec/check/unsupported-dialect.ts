import type { Finding } from '../errors.js';
import { join } from '../pointer.js';
import type { Contract } from '../types.js';
import { at, quote } from './rule.js';
import { schemasOf } from './walk.js';

const DIALECTS: readonly unknown[] = ['https://json-schema.org/draft/2020-12/schema', 'https://spec.openapis.org/oas/3.1/dialect/base'];

/** All schemas are read as JSON Schema 2020-12; one that asks for another dialect would be misread. */
export function unsupportedDialect(contract: Contract): Finding[] {
  const { jsonSchemaDialect } = contract.document;
  return [
    { dialect: jsonSchemaDialect as unknown, pointer: '/jsonSchemaDialect' },
    ...schemasOf(contract).map(({ value, pointer }) => ({ dialect: value['$schema'], pointer: join(pointer, '$schema') })),
  ]
    .filter(({ dialect }) => dialect !== undefined && !DIALECTS.includes(typeof dialect === 'string' ? dialect.replace(/#$/, '') : dialect))
    .map(({ dialect, pointer }) =>
      at(contract, pointer, {
        problem: 'unsupported-dialect',
        what: `the dialect ${quote(dialect)} is asked for`,
        why: 'failpath reads every schema as JSON Schema 2020-12, in which the same words can mean something else.',
        remedy: `Write ${String(DIALECTS[0])}, and the schemas in its words.`,
      }),
    );
}
