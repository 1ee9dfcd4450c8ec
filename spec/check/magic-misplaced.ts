import type { Finding } from '../errors.js';
import { magicPlace } from '../magic.js';
import { join } from '../pointer.js';
import type { Contract } from '../types.js';
import { at } from './rule.js';
import { schemasOf } from './walk.js';

/** Magic values stand beside failures, and there are members that can carry them. */
export function magicMisplaced(contract: Contract): Finding[] {
  const read = new Set(contract.failures.map((failure) => magicPlace(contract.document, failure)));
  const misplaced = schemasOf(contract)
    .filter(({ value }) => 'x-magic' in value)
    .map(({ pointer }) => join(pointer, 'x-magic'))
    .filter((place) => !read.has(place));
  const findings = misplaced.map((place) =>
    finding(contract, place, 'x-magic stands in no schema of a failure', 'Write it in the schema of the code that it is to trigger.'),
  );
  if (contract.magic?.members.length !== 0) return findings;
  const remedy = 'Name the members of request bodies that can carry one: magic: [/title].';
  return [...findings, finding(contract, '/x-failpath', 'there are magic values, but x-failpath.magic names no member for them', remedy)];
}

function finding(contract: Contract, pointer: string, what: string, remedy: string): Finding {
  const why = 'failpath would ignore it, and mock and prove something else than was meant.';
  return at(contract, pointer, { problem: 'contract-extension', what, why, remedy });
}
