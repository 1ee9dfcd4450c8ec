import { BEHAVIOUR } from './behaviour/index.js';
import type { Mutant } from './mutant.js';
import { NEUTRAL } from './neutral.js';
import { TRANSPORT } from './transport.js';
import { WIRE } from './wire/index.js';

export { hunt, type Hunted } from './hunt.js';
export { isMeant, linesOf } from './lines.js';
export { habitat } from './habitat.js';
export { FINDINGS, type Mutant, type MutantClass } from './mutant.js';
export { NGINX_413 } from './transport.js';

/** Every mutant that there is. */
export const ZOO: readonly Mutant[] = [...WIRE, ...BEHAVIOUR, ...TRANSPORT, ...NEUTRAL];

/**
 * A mutant by its name.
 *
 * @example
 * await habitat(mutantNamed('revoked key accepted'), (url) => fetch(url));
 *
 * @throws {Error} when there is none
 */
export function mutantNamed(name: string): Mutant {
  const mutant = ZOO.find((one) => one.name === name);
  if (mutant === undefined) throw new Error(`There is no mutant ${JSON.stringify(name)} in the zoo.`);
  return mutant;
}
