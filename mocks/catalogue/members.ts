import { jsonPointer } from '../../spec/index.js';
import { memberOf, partsOf, type Schema } from '../schema.js';

/** Those of some JSON pointers that lead to members which a schema declares. */
export function jsonPointersOf(document: unknown, schema: unknown, pointers: readonly string[]): readonly string[] {
  return pointers.filter((pointer) => {
    let schemas: readonly Schema[] = [schema as Schema];
    for (const member of jsonPointer.split(pointer)) {
      schemas = memberOf(partsOf(document, schemas, (branches) => branches[0]) ?? [], member);
    }
    return schemas.length > 0;
  });
}
