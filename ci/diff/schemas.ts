import { jsonPointer } from '../../spec/index.js';
import { ANYTHING, LEAST, MOST, type Shape } from './shape.js';

/** What has become of one place in a body, seen by whoever reads it. */
export type SchemaChangeKind =
  | 'removed'
  | 'added'
  | 'made optional'
  | 'made required'
  | 'types removed'
  | 'types added'
  | 'values removed'
  | 'values added'
  | 'narrowed'
  | 'widened'
  /** Something that cannot be compared further is written otherwise. */
  | 'changed';

/** One difference between two shapes. */
export interface SchemaChange {
  readonly kind: SchemaChangeKind;
  /** JSON pointer into the body; `*` stands for each item, or each member without a name of its own. */
  readonly at: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** The bound that it is about, such as `maxLength`. */
  readonly bound?: string;
}

/**
 * What differs between two shapes, place by place; nothing where they mean the same.
 *
 * @example
 * compareShapes(shapeOf(before), shapeOf(after)); // [{ kind: 'removed', at: '/error/details/max_bytes', ... }]
 */
export function compareShapes(before: Shape, after: Shape, at = ''): SchemaChange[] {
  if (before.text === after.text) return [];
  return [
    ...types(before, after, at),
    ...values(before, after, at),
    ...bounds(before, after, at),
    ...members(before, after, at),
    ...inner(before.items, after.items, jsonPointer.join(at, '*')),
    ...others(before, after, at),
    ...branches(before, after, at),
    ...rest(before, after, at),
  ];
}

function types(before: Shape, after: Shape, at: string): SchemaChange[] {
  // Values say their types.
  if (before.values !== undefined && after.values !== undefined) return [];
  const change = (kind: SchemaChangeKind): SchemaChange => ({ kind, at, before: sayTypes(before), after: sayTypes(after) });
  return [
    ...(covers(after.types, before.types) ? [] : [change('types removed')]),
    ...(covers(before.types, after.types) ? [] : [change('types added')]),
  ];
}

/** Whether the ones allow every type that the others allow. */
function covers(some: Shape['types'], others: Shape['types']): boolean {
  if (some === undefined || others === undefined) return some === undefined;
  return [...others].every((type) => some.has(type) || (type === 'integer' && some.has('number')));
}

function sayTypes({ types: some }: Shape): string {
  return some === undefined ? 'anything' : [...some].toSorted().join(' or ');
}

function values(before: Shape, after: Shape, at: string): SchemaChange[] {
  const [from, to] = [before.values, after.values];
  if (from === undefined && to === undefined) return [];
  const change = (kind: SchemaChangeKind, some: readonly string[] | undefined, others: readonly string[] | undefined): SchemaChange => ({
    ...{ kind, at, before: some?.join(', ') },
    after: others?.join(', '),
  });
  if (from === undefined) return [change('narrowed', ['any value'], to)];
  if (to === undefined) return [change('values added', from, ['any value'])];
  const [removed, added] = [from.filter((one) => !to.includes(one)), to.filter((one) => !from.includes(one))];
  return [
    ...(removed.length > 0 ? [change('values removed', removed, undefined)] : []),
    ...(added.length > 0 ? [change('values added', undefined, added)] : []),
  ];
}

function bounds(before: Shape, after: Shape, at: string): SchemaChange[] {
  return [...new Set([...before.bounds.keys(), ...after.bounds.keys()])].flatMap((keyword): SchemaChange[] => {
    const [from, to] = [before.bounds.get(keyword), after.bounds.get(keyword)];
    if (from === to) return [];
    const say = (value: number | string | undefined): string => (value === undefined ? `no ${keyword}` : `${keyword} ${value}`);
    return [{ kind: direction(keyword, from, to), at, before: say(from), after: say(to), bound: keyword }];
  });
}

function direction(keyword: string, from: number | string | undefined, to: number | string | undefined): SchemaChangeKind {
  if (from === undefined) return 'narrowed';
  if (to === undefined) return 'widened';
  if (LEAST.has(keyword)) return Number(to) > Number(from) ? 'narrowed' : 'widened';
  if (MOST.has(keyword)) return Number(to) < Number(from) ? 'narrowed' : 'widened';
  return 'changed';
}

function members(before: Shape, after: Shape, at: string): SchemaChange[] {
  const names = [before, after].flatMap((shape) => [...shape.members.keys(), ...shape.required]);
  return [...new Set(names)].flatMap((name): SchemaChange[] => {
    const place = jsonPointer.join(at, name);
    const [was, is] = [before.required.has(name), after.required.has(name)];
    const from = before.members.get(name) ?? (was ? ANYTHING : undefined);
    const to = after.members.get(name) ?? (is ? ANYTHING : undefined);
    if (to === undefined || from === undefined) {
      if (from !== undefined) return [{ kind: 'removed', at: place, before: brief(from), after: undefined }];
      return to === undefined ? [] : [{ kind: 'added', at: place, before: undefined, after: `${brief(to)}${is ? ', required' : ''}` }];
    }
    const presence: SchemaChange[] =
      was === is ? [] : [{ kind: is ? 'made required' : 'made optional', at: place, before: needed(was), after: needed(is) }];
    return [...presence, ...compareShapes(from, to, place)];
  });
}

function needed(required: boolean): string {
  return required ? 'required' : 'optional';
}

function inner(from: Shape | undefined, to: Shape | undefined, at: string): SchemaChange[] {
  if (from === undefined && to === undefined) return [];
  if (from === undefined) return [{ kind: 'narrowed', at, before: 'anything', after: to === undefined ? undefined : brief(to) }];
  if (to === undefined) return [{ kind: 'widened', at, before: brief(from), after: 'anything' }];
  return compareShapes(from, to, at);
}

function others({ others: from }: Shape, { others: to }: Shape, at: string): SchemaChange[] {
  const place = jsonPointer.join(at, '*');
  if (from === to) return [];
  if (typeof from === 'object' && typeof to === 'object') return compareShapes(from, to, place);
  const say = (some: Shape | boolean): string => (typeof some === 'object' ? brief(some) : some ? 'anything' : 'no other members');
  return [{ kind: to === true || from === false ? 'widened' : 'narrowed', at: place, before: say(from), after: say(to) }];
}

/** What one has and the other has not; a single pair of these is compared further. */
function branches(before: Shape, after: Shape, at: string): SchemaChange[] {
  const from = before.branches.filter(({ text }) => !after.branches.some((one) => one.text === text));
  const to = after.branches.filter(({ text }) => !before.branches.some((one) => one.text === text));
  const [only, other] = [from[0], to[0]];
  if (only !== undefined && other !== undefined && from.length === 1 && to.length === 1) return compareShapes(only, other, at);
  const say = (some: readonly Shape[]): string | undefined => (some.length === 0 ? undefined : `one of ${some.map(brief).join('; ')}`);
  if (from.length === 0 && to.length === 0) return [];
  const kind = before.branches.length === 0 ? 'narrowed' : after.branches.length === 0 ? 'widened' : 'changed';
  return [{ kind, at, before: say(from), after: say(to) }];
}

function rest(before: Shape, after: Shape, at: string): SchemaChange[] {
  return [...new Set([...before.rest.keys(), ...after.rest.keys()])].flatMap((keyword): SchemaChange[] => {
    const [from, to] = [before.rest.get(keyword), after.rest.get(keyword)];
    if (from === to) return [];
    return [
      {
        kind: 'changed',
        at,
        before: from === undefined ? `no ${keyword}` : keyword,
        after: to === undefined ? `no ${keyword}` : `another ${keyword}`,
      },
    ];
  });
}

/** A shape in a few words. */
function brief(shape: Shape): string {
  if (shape.values !== undefined) return shape.values.length === 1 ? String(shape.values[0]) : `one of ${shape.values.join(', ')}`;
  const about = shape.members.size === 0 ? '' : ` with ${[...shape.members.keys()].join(', ')}`;
  return `${sayTypes(shape)}${about}`;
}
