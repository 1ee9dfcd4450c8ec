import { jsonPointer, type Failure, type Operation, type Parameter } from '../../spec/index.js';
import { compareShapes, type SchemaChange, type SchemaChangeKind } from './schemas.js';
import { canonical, type Shape } from './shape.js';
import type { ChangeKind, Found } from './types.js';

/** How the schemas of both contracts are read. */
interface Readers {
  readonly shapeBefore: (schema: unknown) => Shape;
  readonly shapeAfter: (schema: unknown) => Shape;
}

/** To those who read an error, what is narrower may be as surprising as what is wider: they were promised something else. */
const READ: Readonly<Record<SchemaChangeKind, ChangeKind>> = {
  removed: 'member-removed',
  added: 'member-added',
  'made optional': 'member-optional',
  'made required': 'member-required',
  'types removed': 'type-changed',
  'types added': 'type-changed',
  'values removed': 'value-removed',
  'values added': 'value-added',
  narrowed: 'member-narrowed',
  widened: 'member-widened',
  changed: 'member-narrowed',
};

/** What has become of the body of a failure; of the message only that it is there, since nobody reads more of it. */
export function errorChanges({ shapeBefore, shapeAfter }: Readers, from: Failure, to: Failure, message: string): Found[] {
  const changes = compareShapes(shapeBefore(from.schema), shapeAfter(to.schema));
  const told = changes.filter(
    ({ at, kind }) => at !== message || kind === 'removed' || kind === 'made optional' || kind.startsWith('types'),
  );
  return told.map(({ kind, at, before, after }) => ({ kind: READ[kind], at: at === '' ? 'body' : at, before, after, pointer: to.pointer }));
}

/** What refuses requests that were accepted. */
const STRICTER: ReadonlySet<SchemaChangeKind> = new Set(['made required', 'types removed', 'values removed', 'narrowed', 'changed']);

/** What has become of what an operation takes. */
export function requestChanges(readers: Readers, old: Operation, now: Operation): Found[] {
  return [...bodies(readers, old, now), ...parameters(readers, old, now)];
}

function bodies({ shapeBefore, shapeAfter }: Readers, old: Operation, now: Operation): Found[] {
  const [from, to] = [old.body?.json?.schema, now.body?.json?.schema];
  const about = { operation: now.id, pointer: now.pointer };
  if (from === undefined || to === undefined) {
    if (from === to) return [];
    return [{ ...about, kind: 'request-narrowed', at: 'body', before: needs(from, old), after: needs(to, now) }];
  }
  const presence = old.body?.required === now.body?.required ? [] : [{ ...about, ...required('body', now.body?.required === true) }];
  return [
    ...presence,
    ...compareShapes(shapeBefore(from), shapeAfter(to)).map((change) => ({
      ...about,
      ...asRequest(change, 'body'),
      pointer: placeOf(change, now),
    })),
  ];
}

/** Where a member of the body is said, as far as references do not lead elsewhere: then it is the reference. */
function placeOf({ at, bound }: SchemaChange, { pointer, body }: Operation): string {
  const schema = jsonPointer.join(pointer, 'requestBody', 'content', body?.json?.mediaType ?? 'application/json', 'schema');
  const members = at.split('/').slice(1);
  const inner = members.map((member) => (member === '*' ? '/items' : `/properties/${member}`)).join('');
  return `${schema}${inner}${bound === undefined ? '' : `/${bound}`}`;
}

function needs(schema: unknown, { body }: Operation): string {
  return schema === undefined ? 'no JSON body' : body?.required === true ? 'a JSON body' : 'a JSON body or none';
}

function parameters({ shapeBefore, shapeAfter }: Readers, old: Operation, now: Operation): Found[] {
  // The names of path parameters are nobody's but the document's.
  const key = (operation: Operation, { in: where, name }: Parameter): string =>
    where === 'path'
      ? `path ${operation.path.split('/').indexOf(`{${name}}`)}`
      : `${where} ${where === 'header' ? name.toLowerCase() : name}`;
  const [from, to] = [old, now].map((one) => new Map(one.parameters.map((parameter) => [key(one, parameter), parameter]))) as [
    Map<string, Parameter>,
    Map<string, Parameter>,
  ];
  return [...new Set([...from.keys(), ...to.keys()])].flatMap((name): Found[] => {
    const [was, is] = [from.get(name), to.get(name)];
    const about = { operation: now.id, pointer: is?.pointer ?? now.pointer };
    const at = `${(is ?? was)?.in} ${(is ?? was)?.name}`;
    if (is === undefined) return [{ ...about, kind: 'request-widened', at, before: 'declared', after: 'not declared' }];
    if (was === undefined) return [{ ...about, ...required(at, is.required), before: 'not declared' }];
    const presence = was.required === is.required ? [] : [{ ...about, ...required(at, is.required) }];
    const changes = compareShapes(shapeBefore(was.schema ?? {}), shapeAfter(is.schema ?? {}));
    return [...presence, ...changes.map((change) => ({ ...about, ...asRequest(change, at) }))];
  });
}

function required(at: string, must: boolean): Pick<Found, 'kind' | 'at' | 'before' | 'after'> {
  const [before, after] = must ? ['optional', 'required'] : ['required', 'optional'];
  return { kind: must ? 'request-narrowed' : 'request-widened', at, before, after };
}

/** A bound that becomes stricter is a limit, which clients have to check before they send. */
function asRequest({ kind, at, before, after, bound }: SchemaChange, where: string): Pick<Found, 'kind' | 'at' | 'before' | 'after'> {
  const place = at === '' ? where : `${where === 'body' ? '' : where}${at}`;
  const limit = bound !== undefined && /^(min|max|exclusive|x-maxBytes)/.test(bound);
  const stricter = STRICTER.has(kind) || (kind === 'added' && after?.endsWith(', required') === true);
  return { kind: !stricter ? 'request-widened' : limit ? 'limit-changed' : 'request-narrowed', at: place, before, after };
}

/** Whether successes are declared otherwise: it is no change of the error contract, and told in one line. */
export function successChanges({ shapeBefore, shapeAfter }: Readers, old: Operation, now: Operation): Found[] {
  const say = ({ successes }: Operation, shape: (schema: unknown) => Shape): string =>
    canonical(
      successes.map(({ status, content, frames }) => [
        status,
        content === undefined ? null : [content.mediaType, shape(content.schema ?? {}).text],
        frames === undefined ? null : shape(frames.schema ?? {}).text,
      ]),
    );
  if (say(old, shapeBefore) === say(now, shapeAfter)) return [];
  return [{ kind: 'success-changed', operation: now.id, pointer: now.pointer }];
}
