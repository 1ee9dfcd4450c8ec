import { jsonPointer } from '../../spec/index.js';
import { HIDDEN, hidesMember } from '../redact.js';

/** A JSON value without its credentials: members with telling names, whatever their type, and those that the contract calls secret. */
export function withoutCredentials(value: unknown, secrets: ReadonlySet<string>, pointer = ''): unknown {
  if (secrets.has(pointer)) return HIDDEN;
  if (Array.isArray(value)) return value.map((item, index) => withoutCredentials(item, secrets, `${pointer}/${index}`));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const at = jsonPointer.join(pointer, name);
      return [name, hidesMember(name, member) ? HIDDEN : withoutCredentials(member, secrets, at)];
    }),
  );
}
