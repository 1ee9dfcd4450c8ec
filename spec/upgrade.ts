import { NAMED } from './refs.js';

/** From OpenAPI 3.0's dialect of JSON Schema to 2020-12, which 3.1 uses. */

/**
 * Rewrites, in place, what OpenAPI 3.0 says differently: `nullable` and boolean `exclusiveMinimum` and `exclusiveMaximum`.
 *
 * @example
 * upgrade({ type: 'string', nullable: true }); // { type: ['string', 'null'] }
 */
export function upgrade(node: unknown, named = false): void {
  if (typeof node !== 'object' || node === null) return;
  const schema = node as Record<string, unknown>;
  if (schema['nullable'] === true) {
    if (typeof schema['type'] === 'string') schema['type'] = [schema['type'], 'null'];
    if (Array.isArray(schema['enum']) && !schema['enum'].includes(null)) schema['enum'] = [...(schema['enum'] as unknown[]), null];
  }
  if (typeof schema['nullable'] === 'boolean') delete schema['nullable'];
  exclusive(schema, 'exclusiveMinimum', 'minimum');
  exclusive(schema, 'exclusiveMaximum', 'maximum');
  for (const [key, value] of Object.entries(schema)) {
    if (named || !LITERAL.has(key)) upgrade(value, !named && NAMED.has(key));
  }
}

/** Values that are data, not description, whatever their members are called. */
const LITERAL: ReadonlySet<string> = new Set(['example', 'value', 'default', 'enum']);

function exclusive(schema: Record<string, unknown>, flag: string, bound: string): void {
  if (typeof schema[flag] !== 'boolean') return;
  if (schema[flag] && typeof schema[bound] === 'number') {
    schema[flag] = schema[bound];
    delete schema[bound];
  } else delete schema[flag];
}
