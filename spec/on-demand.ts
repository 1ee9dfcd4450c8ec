import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * A package that is loaded by whoever first needs something of it, at once: many a process never does. Where one can wait, `await import`
 * does the same.
 *
 * @example
 * const undici = (): typeof Undici => onDemand('undici') as typeof Undici;
 * const agent = new (undici().Agent)();
 */
export function onDemand(name: 'jsonpath-rfc9535/parser' | 'jsonwebtoken' | 're2js' | 'undici' | 'ws' | 'yaml'): unknown {
  return require(name);
}
