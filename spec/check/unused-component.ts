import type { Finding } from '../errors.js';
import { fromFragment, get, join, split } from '../pointer.js';
import { references } from '../refs.js';
import type { Contract } from '../types.js';
import { discriminatorTarget } from './discriminator-broken.js';
import { at, objectOf } from './rule.js';
import { schemasOf } from './walk.js';

/** Every component is reached from an operation; one that only unused components use is unused as well. */
export function unusedComponent(contract: Contract): Finding[] {
  const uses = usesOf(contract);
  const used = new Set<string>(['']);
  // A set can grow while it is walked: what a used component uses is used.
  for (const component of used) for (const next of uses.get(component) ?? []) used.add(next);
  return componentsOf(contract)
    .filter((component) => !used.has(component))
    .map((component) => {
      const [, kind, name] = split(component);
      return at(contract, component, {
        problem: 'unused-component',
        what: `components.${kind}.${name} is never used`,
        why: 'What no operation leads to is neither mocked nor proven, and often a leftover or a misspelt reference.',
        remedy: 'Refer to it, or remove it.',
      });
    });
}

function componentsOf(contract: Contract): string[] {
  return Object.entries(objectOf(contract.document.components)).flatMap(([kind, members]) =>
    kind.startsWith('x-') ? [] : Object.keys(objectOf(members)).map((name) => join('/components', kind, name)),
  );
}

/** What each component refers to; under '' what everything else refers to. */
function usesOf(contract: Contract): ReadonlyMap<string, ReadonlySet<string>> {
  const uses = new Map<string, Set<string>>();
  const add = (from: string, to: string): void => {
    const user = componentOf(from) ?? '';
    const component = componentOf(to);
    if (component === undefined) return;
    const list = uses.get(user);
    if (list === undefined) uses.set(user, new Set([component]));
    else list.add(component);
  };
  for (const { pointer, ref } of references(contract.document)) add(pointer, fromFragment(ref) ?? '');
  for (const { scheme } of contract.operations.flatMap(({ credentials }) => credentials))
    add('', join('/components/securitySchemes', scheme));
  for (const { value, pointer } of schemasOf(contract)) {
    for (const target of discriminated(value)) add(pointer, target);
    for (const parent of parents(value)) if (get(contract.document, join(parent, 'discriminator')) !== undefined) add(parent, pointer);
  }
  return uses;
}

/** The component that a pointer is in. */
function componentOf(pointer: string): string | undefined {
  return /^\/components\/[^/]+\/[^/]+/.exec(pointer)?.[0];
}

/** A discriminator names schemas, or refers to them, without `$ref`. */
function discriminated(schema: Readonly<Record<string, unknown>>): string[] {
  return Object.values(objectOf(objectOf(schema['discriminator'])['mapping']))
    .filter((target) => typeof target === 'string')
    .map(discriminatorTarget);
}

/** And without a mapping, the schemas that build on it are meant, each by its name. */
function parents(schema: Readonly<Record<string, unknown>>): string[] {
  const parts: unknown = schema['allOf'];
  return (Array.isArray(parts) ? parts : []).flatMap((part) => {
    const ref = objectOf(part)['$ref'];
    return typeof ref === 'string' ? [fromFragment(ref) ?? ''] : [];
  });
}
