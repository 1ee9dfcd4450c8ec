import type { Service } from './service.js';
import type { State } from './state.js';

/** What a world signs with. */
export type SecretName = 'partner sessions' | 'cursors';

const NAMES: readonly SecretName[] = ['partner sessions', 'cursors'];
/** How many there are. */
export const SECRETS = NAMES.length;

/** Gives a new world its secrets: what another one has signed is not worth anything here. */
export function mintSecrets({ state, mint }: Pick<Service, 'state' | 'mint'>): void {
  for (const name of NAMES) state.secrets.put(name, mint.bytes(32).toString('base64'));
}

/** @throws {Error} for a world that has none, which is a mistake of whoever built it */
export function secretOf({ secrets }: State, name: SecretName): Buffer {
  const secret = secrets.get(name);
  if (secret === undefined) throw new Error(`This world has no secret for ${name}.`);
  return Buffer.from(secret, 'base64');
}
