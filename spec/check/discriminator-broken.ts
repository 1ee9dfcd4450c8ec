import type { Finding } from '../errors.js';
import { fromFragment, get, join } from '../pointer.js';
import { closest } from '../refs.js';
import type { Contract } from '../types.js';
import { at, objectOf, quote } from './rule.js';
import { schemasOf } from './walk.js';

/** The schemas that a discriminator names, or refers to, exist. */
export function discriminatorBroken(contract: Contract): Finding[] {
  const schemas = Object.keys(contract.document.components?.schemas ?? {});
  return schemasOf(contract).flatMap(({ value, pointer }) =>
    Object.entries(objectOf(objectOf(value['discriminator'])['mapping']))
      .filter(([, target]) => typeof target !== 'string' || get(contract.document, discriminatorTarget(target)) === undefined)
      .map(([name, target]) => {
        const meant = closest(String(target).replace(/^.*\//, ''), schemas);
        return at(contract, join(pointer, 'discriminator', 'mapping', name), {
          problem: 'broken-ref',
          what: `the discriminator maps ${name} to ${quote(target)}, which points at nothing`,
          why: 'What it was to describe would not be checked at all.',
          remedy: meant === undefined ? 'Declare the schema, or name another.' : `Did you mean ${meant}?`,
        });
      }),
  );
}

/** A discriminator gives a reference, or just the name of a schema. */
export function discriminatorTarget(target: string): string {
  return fromFragment(target) ?? join('/components/schemas', target);
}
