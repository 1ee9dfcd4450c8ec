import type { Found } from '../members.js';
import { join } from '../pointer.js';
import { WEBSOCKET } from '../operations.js';
import { isLiteral, NAMED } from '../refs.js';
import type { Contract } from '../types.js';
import { SUBSCHEMAS } from './keywords.js';
import { objectOf } from './rule.js';

/** A schema of the document. */
export interface SchemaPlace extends Found {
  /** A schema that stands on its own: a component, or the `schema` of a content, a parameter or a header. */
  readonly root: boolean;
}

const walked = new WeakMap<object, readonly SchemaPlace[]>();

/**
 * Every schema of a contract, outer before inner, those that nothing uses included; walked once per contract.
 *
 * @example
 * schemasOf(contract)[0]; // { pointer: '/paths/~1works/get/parameters/0/schema', value: {...}, root: true }
 */
export function schemasOf(contract: Contract): readonly SchemaPlace[] {
  let found = walked.get(contract.document);
  if (found === undefined) walked.set(contract.document, (found = walk(contract.document)));
  return found;
}

function walk(document: unknown): readonly SchemaPlace[] {
  const found: SchemaPlace[] = [];
  const schema = (node: unknown, pointer: string, root: boolean): void => {
    if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
    const value = node as Readonly<Record<string, unknown>>;
    found.push({ value, pointer, root });
    for (const { node: inner, pointer: at } of subschemas(value, pointer)) schema(inner, at, false);
  };
  const visit = (node: unknown, pointer: string, named: boolean): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      const at = join(pointer, key);
      if (named || Array.isArray(node)) visit(value, at, false);
      else if (key === 'schema') schema(value, at, true);
      else if (at === '/components/schemas')
        for (const [name, component] of Object.entries(objectOf(value))) schema(component, join(at, name), true);
      else if (!isLiteral(key, value) && (!key.startsWith('x-') || key === WEBSOCKET)) visit(value, at, NAMED.has(key));
    }
  };
  visit(document, '', false);
  return found;
}

/** The schemas directly inside of a schema; references are not followed. */
export function subschemas(
  schema: Readonly<Record<string, unknown>>,
  pointer: string,
): { node: unknown; pointer: string; inPlace: boolean }[] {
  return Object.keys(schema).flatMap((keyword) => {
    const inside = SUBSCHEMAS.get(keyword);
    if (inside === undefined) return [];
    const [value, at] = [schema[keyword], join(pointer, keyword)];
    if (inside.shape === 'schema') return [{ node: value, pointer: at, inPlace: inside.inPlace }];
    if (Array.isArray(value) !== (inside.shape === 'list')) return [];
    return Object.entries(objectOf(value)).map(([name, node]) => ({ node, pointer: join(at, name), inPlace: inside.inPlace }));
  });
}
