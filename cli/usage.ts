import { InputError } from '../spec/index.js';

/** A mistake on the command line. */
export function usage(what: string, why: string, remedy: string): InputError {
  return new InputError([{ problem: 'usage', what, why, remedy }]);
}
