import type { Built, Case } from './cases.js';
import { causesOf } from './input/index.js';
import type { Wrong } from './judge.js';
import type { Discrepancy } from '../types.js';

/** A case that was sent, as far as its cause is concerned. */
export interface Caused {
  readonly case: Case;
  readonly built: Pick<Built, 'reasons'>;
  readonly wrong: Wrong;
}

/**
 * What findings are told apart by. One cause is what one change to the deployment would mend, as far as its answers show:
 *
 * - an answer that is not as declared is one cause by itself, whatever was asked;
 * - what was accepted is one for each reason to refuse it: a constraint of the body's schema or of a parameter, a way past the credentials;
 * - a failure of the server, or its silence, is one for each place of the request that leads to it.
 */
export interface Cause {
  /** The operation; `*` where the same is seen at several, the cause is one all the same. */
  readonly scope: string;
  readonly kind: string;
  /** What of the request leads to it; none where a good one does, or any. */
  readonly parts: readonly string[];
  /** What is seen of it. */
  readonly seen: string;
}

const ANY = '*';
const GOOD = 'good request';
const BETWEEN = ' | ';
const BESIDE = ' + ';

/** Checks of what all refusals have in common: whoever writes one of them wrongly writes all of them so. */
const COMMON: ReadonlySet<string> = new Set(['envelope', 'message', 'request-id', 'header']);

/** Why a body must be refused, where it is for one of several reasons that nobody looks at. */
export const BODY_SCHEMA = 'body schema';

/** Kinds of findings that a request leads to, whose causes say what it is. */
const BY_REQUEST: ReadonlySet<string> = new Set(['server-error', 'no-answer', 'accepted', 'control']);

/** The cause of what is wrong with what came of a case. */
export function causeOf({ case: { operation, mutations }, built, wrong }: Caused): Cause {
  return causeAt(operation.id, wrong, [...new Set(partsOf(mutations, built.reasons, wrong))].toSorted());
}

/** The cause of what is wrong with an answer, by default to a good request. */
export function causeAt(operation: string, wrong: Told, parts: readonly string[] = []): Cause {
  const isOwn = wrong.kind === 'control' || parts.some(isOfBody) || decisive(wrong)?.check === 'body';
  return { scope: isOwn ? operation : ANY, kind: wrong.kind, parts, seen: seenIn(wrong) };
}

/** As much of what is wrong with an answer as its cause depends on. */
type Told = Pick<Wrong, 'kind' | 'came' | 'status' | 'discrepancies' | 'declared' | 'code'>;

function partsOf(mutations: Case['mutations'], reasons: readonly string[], wrong: Wrong): readonly string[] {
  const isInjected = wrong.discrepancies[0]?.check === 'injected-header';
  if (wrong.kind === 'server-error' || wrong.kind === 'no-answer' || isInjected) return mutations.flatMap(placesOf);
  if (wrong.kind !== 'accepted') return [];
  // What gave no reason to refuse is what led past the one that there was.
  const ways = mutations.filter(({ expects, place }) => expects !== 'refused' && !reasons.some((reason) => reason.startsWith(place)));
  if (ways.length === 0) return reasons.flatMap((reason) => reason.split(BESIDE));
  return [...reasons.map((reason) => (isOfBody(reason) ? BODY_SCHEMA : reason)), ...ways.flatMap(causesOf)];
}

/** Where a request is changed: how deep a body may be is a matter of its parser, wherever it is deep. */
const placesOf = ({ place, family }: Case['mutations'][number]): readonly string[] =>
  family === 'deep' ? ['body depth'] : place.split(' and ');

/** Whether a part belongs to the schema of one operation's body. */
const isOfBody = (part: string): boolean => /^body(?: \/|$)/.test(part);

/** What of an answer is wrong, as far as causes are told apart by it. */
export function seenIn(wrong: Told): string {
  const first = decisive(wrong);
  if (first === undefined) return wrong.kind === 'control' || wrong.declared ? wrong.came : '';
  if (first.check === 'leak') return `${first.expected}${isForeign(wrong) ? ` in ${wrong.came.slice(4)}` : ''}`;
  // A page of whatever sort is wrong as a whole.
  if (isForeign(wrong)) return wrong.came;
  if (wrong.code === undefined && wrong.status >= 400) return wrong.came;
  const what = `${first.check} ${first.at}`;
  if (COMMON.has(first.check) && wrong.code !== undefined && wrong.status >= 400) return what;
  return `${wrong.code ?? wrong.came} ${what}`;
}

/** Whether an answer has a media type that is no JSON, where it should have been. */
const isForeign = ({ came }: Told): boolean => /^\d{3} (?!\S*json\b)[\w.+-]+\/[\w.+-]+$/.test(came);

/** The discrepancy that makes an answer what it is. */
export function decisive({ kind, discrepancies }: Pick<Wrong, 'kind' | 'discrepancies'>): Discrepancy | undefined {
  return (kind === 'leak' ? discrepancies.find(({ check }) => check === 'leak') : undefined) ?? discrepancies[0];
}

/**
 * A cause as a text, the same from run to run.
 *
 * @example
 * nameOf({ scope: 'initWork', kind: 'accepted', parts: ['body /title maxLength'], seen: '' }); // 'initWork | accepted | body /title maxLength'
 */
export function nameOf({ scope, kind, parts, seen }: Cause): string {
  const what = parts.length > 0 ? parts.join(BESIDE) : BY_REQUEST.has(kind) ? GOOD : '';
  return [scope, kind, what, seen].filter((part) => part !== '').join(BETWEEN);
}

/** Whether what is known explains something else as well: it looks the same, and needs no more to be done to the request. */
export function explains(known: Cause, other: Cause): boolean {
  if (known.kind !== other.kind || known.seen !== other.seen) return false;
  if (known.scope !== ANY && known.scope !== other.scope) return false;
  return known.parts.every((part) => other.parts.includes(part));
}

/** The cause that a text names, as far as it is one. */
export function parseCause(text: string): Cause {
  const [scope = '', kind = '', ...rest] = text.split(BETWEEN);
  const [what = '', seen = ''] = rest.length > 1 || BY_REQUEST.has(kind) ? rest : ['', ...rest];
  return { scope, kind, parts: what === '' || what === GOOD ? [] : what.split(BESIDE), seen };
}
