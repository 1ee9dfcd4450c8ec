import type { Finding } from '../errors.js';
import { fromFragment, join } from '../pointer.js';
import type { Contract } from '../types.js';
import { at } from './rule.js';
import { schemasOf, subschemas } from './walk.js';

/** A schema may contain itself only in a part of the value: otherwise checking a value would never end. */
export function schemaEndless(contract: Contract): Finding[] {
  const schemas = new Map(schemasOf(contract).map(({ value, pointer }) => [pointer, value]));
  const findings: Finding[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (pointer: string): void => {
    const schema = schemas.get(pointer);
    if (schema === undefined || state.has(pointer)) return;
    state.set(pointer, 'open');
    const target = typeof schema['$ref'] === 'string' ? fromFragment(schema['$ref']) : undefined;
    if (target !== undefined && state.get(target) === 'open')
      findings.push(endless(contract, join(pointer, '$ref'), String(schema['$ref'])));
    else if (target !== undefined) visit(target);
    for (const inner of subschemas(schema, pointer)) if (inner.inPlace) visit(inner.pointer);
    state.set(pointer, 'done');
  };
  for (const pointer of schemas.keys()) visit(pointer);
  return findings;
}

function endless(contract: Contract, pointer: string, ref: string): Finding {
  return at(contract, pointer, {
    problem: 'schema-invalid',
    what: `${ref} leads back to where it stands, without entering a part of the value`,
    why: 'A check of any value against this schema would never end.',
    remedy: 'Refer to another schema, or put the reference under properties or items.',
  });
}
