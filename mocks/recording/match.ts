import type { Operation } from '../../spec/index.js';
import type { WrittenRule } from '../script/index.js';
import type { Kept } from './keep.js';
import { depthOf, LONGEST_PART, MAX_DEPTH } from './limits.js';
import { LEFT_OUT, PLACEHOLDER, withoutSecrets, type Secrets } from './secrets.js';

type When = NonNullable<WrittenRule['when']>;

/** What a rule asks of requests, its caller aside. */
export interface Match {
  readonly when: When;
  /** What had to be left out of it, and what follows from that. */
  readonly notes: readonly string[];
  /** Of two that match one request, the higher says more about it; compared from the left. */
  readonly rank: readonly number[];
}

/**
 * What tells a request from the others: path, query and body, without credentials.
 *
 * @param names Of all query parameters that requests of the operation had: what one lacks must be absent.
 */
export function matchOf(kept: Kept, names: ReadonlySet<string>, secrets: Secrets): Match {
  const notes: string[] = [];
  const path = pathOf(kept, secrets, notes);
  const query = queryOf(kept, names, secrets, notes);
  const { body, rank } = bodyOf(kept, secrets, notes);
  return {
    when: {
      ...(path === undefined ? {} : { path }),
      ...(Object.keys(query).length === 0 ? {} : { query }),
      ...(body === undefined ? {} : { body }),
    },
    notes,
    rank: [rank, typeof path === 'string' ? 1 : 0, Object.values(query).filter((one) => typeof one === 'string').length],
  };
}

/** A path without parameters is said by the operation already. */
function pathOf({ operation, path }: Kept, secrets: Secrets, notes: string[]): When['path'] {
  if (!operation.path.includes('{')) return undefined;
  const hidden = secrets.hide(path);
  if (hidden === path) return path;
  notes.push('A credential in the path is left out: whatever stands in its place matches.');
  return { matches: `^${hidden.split(PLACEHOLDER).map(quoted).join('[^/]*')}$` };
}

/** A text in RE2's dialect that matches itself. */
function quoted(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

function queryOf({ query }: Kept, names: ReadonlySet<string>, secrets: Secrets, notes: string[]): NonNullable<When['query']> {
  const asked: [string, NonNullable<When['query']>[string]][] = [];
  for (const name of [...names].sort()) {
    const values = query.filter(([one]) => one === name).map(([, value]) => value);
    const [value] = values;
    const known = value !== undefined && secrets.hide(value) === value;
    if (values.length === 0) asked.push([name, { absent: true }]);
    else if (known) asked.push([name, value]);
    else asked.push([name, { absent: false }]);
    if (values.length > 1) notes.push(`Of the query parameter ${name}, only the first of its ${values.length} values is compared.`);
  }
  return Object.fromEntries(asked);
}

const NO_BODY = { body: undefined, rank: 0 } as const;

function bodyOf(
  { operation, body, secrets: pointers }: Kept,
  secrets: Secrets,
  notes: string[],
): { readonly body: When['body']; readonly rank: number } {
  if (!readsBody(operation)) return NO_BODY;
  if (body.kind === 'absent') return { body: { absent: true }, rank: 1 };
  if (body.kind !== 'json') {
    notes.push(body.kind === 'text' ? 'Its body was no JSON: bodies are not compared.' : `Its body is not compared: ${body.why}.`);
    return NO_BODY;
  }
  const { value } = body;
  if (depthOf(value) > MAX_DEPTH || JSON.stringify(value).length > LONGEST_PART) {
    notes.push('Its body is too large or too deep for a rule: bodies are not compared.');
    return NO_BODY;
  }
  const rest = withoutSecrets(value, pointers, secrets);
  if (JSON.stringify(rest) === JSON.stringify(value)) return { body: { equals: value }, rank: Number.MAX_SAFE_INTEGER };
  notes.push('Credentials of its body are left out: whatever stands in their place matches.');
  return rest === LEFT_OUT ? NO_BODY : { body: { contains: rest }, rank: 1 + leaves(rest) };
}

/** The mock reads no other bodies than those that an operation declares as JSON. */
function readsBody({ body }: Operation): boolean {
  return body?.json !== undefined;
}

function leaves(value: unknown): number {
  return typeof value === 'object' && value !== null ? Object.values(value).reduce<number>((sum, one) => sum + leaves(one), 1) : 1;
}
