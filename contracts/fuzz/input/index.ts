import { jsonPointer, type Contract } from '../../../spec/index.js';
import type { Draft } from '../draft.js';
import { listOf } from '../schema.js';
import { bodyMutations } from './body.js';
import { bytesMutations } from './bytes.js';
import { credentialMutations } from './credentials.js';
import { mediaMutations } from './media.js';
import type { Mutation } from './mutation.js';
import { parameterMutations, writtenPaths } from './parameters.js';
import { routeMutations } from './routes.js';
import { syntaxMutations } from './syntax.js';

export { causesOf, type Mutation } from './mutation.js';
export { INJECTED } from './texts.js';

/**
 * Everything that can be done to a good request, one thing at a time.
 *
 * @example
 * mutationsOf(contract, draft).map(({ says }) => says); // ['/title null', ...]
 *
 * @param ids Parameters and members that name something which exists: no other value may be accepted.
 */
export function mutationsOf(contract: Contract, draft: Draft, ids: ReadonlySet<string> = new Set()): readonly Mutation[] {
  return [
    ...bodyMutations(contract, draft, ids),
    ...syntaxMutations(draft),
    ...bytesMutations(draft),
    ...mediaMutations(contract, draft),
    ...parameterMutations(contract, draft, ids),
    ...writtenPaths(draft),
    ...routeMutations(contract, draft),
    ...credentialMutations(draft, isSecured(contract, draft.operation.pointer, draft.operation.credentials.length)),
  ];
}

/** Whether nobody may call an operation without a credential: a requirement that asks for nothing lets everybody in. */
function isSecured({ document }: Contract, pointer: string, credentials: number): boolean {
  const own = jsonPointer.get(document, jsonPointer.join(pointer, 'security')) ?? document.security;
  return (
    credentials > 0 &&
    listOf(own).every((requirement) => typeof requirement === 'object' && requirement !== null && Object.keys(requirement).length > 0)
  );
}
