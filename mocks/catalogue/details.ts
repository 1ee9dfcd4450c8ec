import { jsonPointer, type Contract, type Failure } from '../../spec/index.js';
import { isNode, memberNames, memberOf, partsOf, typesOf, type Schema, type SchemaNode } from '../schema.js';
import type { DetailsMember } from './types.js';

/** Details that are nested more deeply than this are told by their outermost members. */
const DEEPEST = 5;

/** What the ends of names say about numbers. */
const UNITS: Readonly<Record<string, string>> = {
  bytes: 'bytes',
  seconds: 'seconds',
  ms: 'milliseconds',
  milliseconds: 'milliseconds',
  minutes: 'minutes',
  hours: 'hours',
  days: 'days',
  percent: 'percent',
  credits: 'credits',
};

/** How texts of a format are written. */
const NOTATIONS: Readonly<Record<string, string>> = {
  'date-time': 'RFC 3339',
  date: 'RFC 3339, full-date',
  time: 'RFC 3339, full-time',
  duration: 'ISO 8601 duration',
  uuid: 'UUID',
  uri: 'URI',
};

/** The details that a failure's schema declares: whether they have to be there, and their members, those inside of others too. */
export function detailsOf({ document, envelope }: Contract, failure: Failure): { required: boolean; members: readonly DetailsMember[] } {
  let parts = partsOf(document, [failure.schema as Schema], first) ?? [];
  let required = true;
  for (const member of jsonPointer.split(envelope.details)) {
    required &&= isRequired(parts, member);
    parts = partsOf(document, memberOf(parts, member), first) ?? [];
  }
  return { required, members: membersOf(document, parts, '', 0) };
}

const first = (branches: readonly Schema[]): Schema | undefined => branches[0];

function membersOf(document: unknown, parts: readonly SchemaNode[], above: string, depth: number): readonly DetailsMember[] {
  if (depth >= DEEPEST) return [];
  return memberNames(parts).flatMap((name) => {
    const own = partsOf(document, memberOf(parts, name), first) ?? [];
    const path = above === '' ? name : `${above}.${name}`;
    const member: DetailsMember = {
      path,
      type: typeText(document, own),
      required: isRequired(parts, name),
      unit: unitOf(name, own),
      description: textOf(own, 'description'),
    };
    const items = partsOf(document, own.map(({ items }) => items as Schema).filter(isNode), first) ?? [];
    return [member, ...membersOf(document, own, path, depth + 1), ...membersOf(document, items, `${path}[]`, depth + 1)];
  });
}

function isRequired(parts: readonly SchemaNode[], name: string): boolean {
  return parts.some(({ required }) => Array.isArray(required) && required.includes(name));
}

function unitOf(name: string, parts: readonly SchemaNode[]): string | undefined {
  const notation = NOTATIONS[textOf(parts, 'format')];
  if (notation !== undefined) return notation;
  const end = name.split('_').at(-1) ?? '';
  const counts = parts.flatMap(typesOf).some((type) => type === 'integer' || type === 'number');
  return counts && Object.hasOwn(UNITS, end) ? UNITS[end] : undefined;
}

function typeText(document: unknown, parts: readonly SchemaNode[]): string {
  const values = parts.flatMap((part): unknown[] => ('const' in part ? [part['const']] : Array.isArray(part['enum']) ? part['enum'] : []));
  if (values.length > 0) return listed(values.map((value) => JSON.stringify(value)));
  const types = [...new Set(parts.flatMap(typesOf))];
  const format = textOf(parts, 'format');
  const items = parts.find((part) => isNode(part['items']))?.['items'] as Schema | undefined;
  const words = types.map((type) =>
    type === 'array' && items !== undefined ? `array of ${typeText(document, partsOf(document, [items], first) ?? [])}` : type,
  );
  const bounded = [words.length === 0 ? 'any' : listed(words), ...(format === '' ? [] : [`(${format})`]), ...boundsOf(parts)];
  return bounded.join(' ');
}

function boundsOf(parts: readonly SchemaNode[]): string[] {
  const bound = (keyword: string): number | undefined => parts.map((part) => part[keyword]).find((value) => typeof value === 'number');
  const [from, to] = [bound('minimum'), bound('maximum')];
  if (from !== undefined && to !== undefined) return [`from ${from} to ${to}`];
  return [...(from === undefined ? [] : [`≥ ${from}`]), ...(to === undefined ? [] : [`≤ ${to}`])];
}

function textOf(parts: readonly SchemaNode[], keyword: string): string {
  const found = parts.map((part) => part[keyword]).find((value) => typeof value === 'string');
  return typeof found === 'string' ? found.replaceAll(/\s+/g, ' ').trim() : '';
}

function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}
