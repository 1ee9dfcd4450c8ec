import { jsonPointer, type Contract } from '../../spec/index.js';
import { knownValues, type KnownValues } from './known.js';
import { describe } from './schema.js';
import type { BothRuns, Difference } from './types.js';

/** The same place in two bodies, and what describes it. */
interface Place {
  readonly at: string;
  readonly schemas: readonly unknown[];
  readonly mock: unknown;
  readonly deployment: unknown;
}

/** Tells the bodies of two error answers apart. */
export type CompareBodies = (schema: unknown, mock: unknown, deployment: unknown) => readonly Difference[];

/**
 * Compares bodies by what a client can rely on: the members that the contract names are there or not, their types, and such values as
 * do not vary by nature. Those are values of a closed set, words, and limits, each held against the limit of its own side. Texts for
 * people, ids, times and counts are not looked at, and neither are members that the contract does not name.
 *
 * @example
 * createCompareBodies(both)(failure.schema, { error: { details: { max: 10 } } }, { error: { details: { max: 11 } } });
 * // [{ at: '/error/details/max', mock: '10 (keys_per_organization)', deployment: '11' }]
 */
export function createCompareBodies({ contract, mock, deployment }: Pick<BothRuns, 'contract' | 'mock' | 'deployment'>): CompareBodies {
  const known = { mock: knownValues(contract, mock.deployment), deployment: knownValues(contract, deployment.deployment) };
  const left = new Set([contract.envelope.code, contract.envelope.message, contract.envelope.requestId]);
  const compare = (place: Place): readonly Difference[] => {
    const { at, mock, deployment } = place;
    const [one, other] = [typeOf(mock), typeOf(deployment)];
    if (one !== other) return [{ at: at === '' ? 'body' : at, mock: show(mock), deployment: show(deployment) }];
    if (left.has(at)) return [];
    if (one === 'object') return members(place, contract, compare);
    return one === 'list' ? entries(place, contract, compare) : scalar(place, contract, known);
  };
  return (schema, mock, deployment) => compare({ at: '', schemas: [schema], mock, deployment });
}

type Compare = (place: Place) => readonly Difference[];

function members({ at, schemas, mock, deployment }: Place, { document }: Contract, compare: Compare): readonly Difference[] {
  return [...describe(document, schemas).members].flatMap(([name, schemas]) => {
    const [one, other] = [mock, deployment].map((body) => jsonPointer.getIn(body, [name]));
    const place: Place = { at: jsonPointer.join(at, name), schemas, mock: one, deployment: other };
    if (one === undefined && other === undefined) return [];
    // Where the contract says no more than that there may be something, one that is silent says as much as one that is not.
    const isLeftOut = one === undefined || other === undefined;
    return isLeftOut && describe(document, schemas).isOpen ? [] : compare(place);
  });
}

/** Each entry of the mock's must be among the deployment's, in whatever order; that there are more says nothing against one of them. */
function entries({ at, schemas, mock, deployment }: Place, { document }: Contract, compare: Compare): readonly Difference[] {
  const { items } = describe(document, schemas);
  const [mine, theirs] = [mock, deployment] as [readonly unknown[], readonly unknown[]];
  return mine.flatMap((entry, index) => {
    const place = { at: jsonPointer.join(at, index), schemas: items, mock: entry };
    const compared = theirs.map((other) => compare({ ...place, deployment: other }));
    if (compared.some((differences) => differences.length === 0)) return [];
    const [only, ...more] = compared;
    return only !== undefined && more.length === 0 ? only : [{ at: place.at, mock: show(entry), deployment: 'none like it' }];
  });
}

function scalar(
  { at, schemas, mock, deployment }: Place,
  { document }: Contract,
  known: Readonly<Record<'mock' | 'deployment', KnownValues>>,
): readonly Difference[] {
  const names = known.mock.namesOf(mock).filter((name) => known.deployment.valueOf(name) !== undefined);
  if (names.length > 0) {
    if (names.some((name) => known.deployment.valueOf(name) === deployment)) return [];
    const [name = ''] = names;
    const due = known.deployment.valueOf(name);
    const instead = due === mock ? '' : `, and not its own ${show(due)}`;
    return [{ at, mock: `${show(mock)} (${name})`, deployment: `${show(deployment)}${instead}` }];
  }
  const isFixed = typeof mock === 'boolean' || isWord(mock) || describe(document, schemas).isClosed;
  return isFixed && mock !== deployment ? [{ at, mock: show(mock), deployment: show(deployment) }] : [];
}

const LONGEST_WORD = 64;
/** White space is of texts for people, digits and hex of ids and times, and addresses are of whoever answers. */
const NO_WORD = /\s|\d{3}|[0-9a-f]{8}|:\/\/|@|\$/i;

/** Whether a text is one that programs read: a name, a kind, a scope, a pointer. */
function isWord(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_WORD && !NO_WORD.test(value);
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}

/** A value in a few words; of an object only what it has. */
function show(value: unknown): string {
  if (value === undefined) return 'absent';
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value).map(([name, member]) => (isWord(member) ? `${name}: ${JSON.stringify(member)}` : name));
    return `{${parts.join(', ')}}`;
  }
  return JSON.stringify(value) ?? typeof value;
}
