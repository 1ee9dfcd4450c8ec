import { describeAnswer } from '../setup-failed.js';
import { causeOf, explains, nameOf, parseCause, type Cause } from './causes.js';
import type { Case } from './cases.js';
import { describeCase, isSame, toFinding, type Failing } from './finding.js';
import type { Wrong } from './judge.js';
import { elsewhereOf, merged, type Entry } from './merge.js';
import { sizeOf } from './placeholders.js';
import type { Pool } from './pool.js';
import { once, type FuzzSession } from './session.js';
import { shrink } from './shrink.js';
import { isUnheard, tryCase, type Tried } from './try.js';
import type { Finding, FuzzRequest } from './types.js';

/** After so many findings a deployment is off altogether: what follows is told as it is found. */
const MOST_SHRUNK = 80;
/** A request of more bytes is given up for one that is half as long and shows the same. */
const LONG = 400;
/** So many requests are spent on making smaller what hangs. */
const PATIENCE_OF_HANGS = 10;

/** What is found, each cause once. */
export interface Findings {
  /** Looks into a case that is wrong: sends it again, makes it smaller, and tells it if its cause is new. */
  add(pool: Pool, tried: Tried, wrong: Wrong, replay: string | undefined): Promise<void>;
  /** Takes note of a case that was refused, in whatever shape. */
  uphold(tried: Tried): void;
  /** Takes up what was found elsewhere. */
  take(finding: Finding): void;
  all(): readonly Finding[];
  readonly size: number;
}

/** Findings of a session. */
export function createFindings(session: FuzzSession): Findings {
  const found = new Map<string, Entry>();
  /** What came to nothing when it was looked into. */
  const passed = new Set<string>();
  /** The operations of which a body that breaks its schema was refused for that. */
  const upheld = new Set<string>();
  const note = once((says) => session.emit({ type: 'note', says, remedy: 'Nothing is concluded from it.' }));
  const tell = (finding: Finding, cause: Cause = parseCause(finding.cause)): void => {
    const entry = found.get(finding.cause);
    if (entry === undefined) {
      found.set(finding.cause, { cause, finding, times: finding.times, also: [...(finding.also ?? [])] });
      session.emit({ type: 'finding', finding });
      return;
    }
    entry.times += finding.times;
    if (!operationsOf(entry).has(finding.operation)) entry.also.push(...elsewhereOf(finding), ...(finding.also ?? []));
  };
  /** What is known and explains a case, at its operation as well. */
  const known = (cause: Cause, operation: string): Entry | undefined =>
    [...found.values()].find((entry) => explains(entry.cause, cause) && operationsOf(entry).has(operation));
  const look = async (pool: Pool, tried: Tried, wrong: Wrong, replay: string | undefined): Promise<Failing | undefined> => {
    const failing: Failing = { ...tried, values: tried.base.values, wrong };
    if (wrong.declared && (await isIll(session, pool, wrong))) {
      note(
        `a good ${pool.operation.id} is answered with ${wrong.came}${wrong.kind === 'control' ? ', which is no fault of the request' : ' as well'}`,
      );
      return undefined;
    }
    const again = await tryCase(session, pool, tried.case);
    // Something in front of the application answers by now: it may have done so before.
    if (again?.judged.edge !== undefined) {
      note(`something in front of the application answers: ${again.judged.edge}`);
      return undefined;
    }
    const same = isSame(wrong, again?.judged.wrong);
    // Load, a connection that was closed, or a job that somebody else has used: such things pass.
    if (!same && (wrong.kind === 'no-answer' || wrong.kind === 'control' || wrong.declared)) {
      if (wrong.kind !== 'control') note(`${describeCase(tried.case)} got ${wrong.came} once, and another answer when it was sent again`);
      return undefined;
    }
    // Where nobody is there any more, it cannot happen again.
    const isOnce = !same && (again === undefined || !isUnheard(again));
    const isKnown = found.has(nameOf(causeOf(failing)));
    if (session.signal.aborted && tried.case.mutations.length > 1) {
      // Which of them it was is not known any more.
      note('it ended before some wrong answers to requests in which several things are wrong were looked into');
      return undefined;
    }
    const smallest = same && !isKnown && found.size < MOST_SHRUNK ? await smaller(session, pool, failing) : failing;
    tell(toFinding(session.context, smallest, { times: 1, replay, once: isOnce }));
    return smallest;
  };
  /** What was seen first need not be the smallest, where a whole request does not matter. */
  const shorten = async (entry: Entry, pool: Pool, failing: Failing, replay: string | undefined): Promise<void> => {
    const smallest = await smaller(session, pool, failing);
    const finding = toFinding(session.context, smallest, { times: 1, replay });
    if (finding.cause === entry.finding.cause) entry.finding = finding;
  };
  return {
    async add(pool, tried, wrong, replay) {
      const cause = causeOf({ ...tried, wrong });
      const name = `${pool.operation.id} ${nameOf(cause)}`;
      if (passed.has(name)) return;
      const entry = known(cause, pool.operation.id);
      if (entry !== undefined) {
        entry.times += 1;
        if (isShorter(tried, entry)) await shorten(entry, pool, { ...tried, values: tried.base.values, wrong }, replay);
        return;
      }
      if ((await look(pool, tried, wrong, replay)) === undefined && wrong.declared) passed.add(name);
    },
    uphold({ case: { operation, mutations }, built, judged: { answered, succeeded, wrong } }) {
      // Of several things that are done to a request, another one may be what it was refused for.
      if (!answered || succeeded || mutations.length > 1 || wrong?.kind === 'server-error') return;
      if (built.reasons.length > 0 && built.reasons.every((reason) => reason.startsWith('body /'))) upheld.add(operation.id);
    },
    take: (finding) => tell(finding),
    all: () => merged([...found.values()], (operation) => upheld.has(operation)),
    get size() {
      return found.size;
    },
  };
}

function isShorter({ built: { request } }: Tried, { cause, finding }: Entry): boolean {
  const [known] = finding.requests;
  if (known === undefined || cause.parts.length > 0 || finding.operation !== request.operation) return false;
  return lengthOf(known) > LONG && lengthOf(request) * 2 < lengthOf(known);
}

const lengthOf = ({ target, headers, body = '' }: FuzzRequest): number =>
  [target, ...headers.flat(), body].reduce((sum, text) => sum + sizeOf(text), 0);

const operationsOf = ({ finding, also }: Entry): ReadonlySet<string> =>
  new Set([finding.operation, ...also.map(({ operation }) => operation)]);

/** Whether a good request is refused for the same reason: then the fault is not the request's. */
async function isIll(session: FuzzSession, pool: Pool, wrong: Wrong): Promise<boolean> {
  if (wrong.kind === 'control') return true;
  const control = await tryCase(session, pool, { operation: pool.operation, mutations: [], trims: [] });
  return control !== undefined && 'answer' in control.sent && describeAnswer(session.context.contract, control.sent.answer) === wrong.came;
}

async function smaller(session: FuzzSession, pool: Pool, failing: Failing): Promise<Failing> {
  let smallest = failing;
  // Each try of what hangs takes as long as patience lasts.
  const hangs = failing.wrong.kind === 'no-answer';
  const patience = hangs ? PATIENCE_OF_HANGS : undefined;
  // What hangs only just would not hang when it is tried again.
  const times = hangs ? 2 : 1;
  const one = await shrink(
    failing.case,
    pool.first,
    async (less: Case) => {
      if (session.signal.aborted) return false;
      const tried = await tryCase(session, pool, less, times);
      const wrong = tried?.judged.wrong;
      if (tried === undefined || wrong === undefined || !isSame(failing.wrong, wrong)) return false;
      if (failing.wrong.kind === 'accepted' && !isStill(failing.built.reasons, tried.built.reasons)) return false;
      smallest = { ...tried, values: tried.base.values, wrong };
      return true;
    },
    patience,
  );
  // Another way to write the same request may say less of it.
  return { ...smallest, case: one };
}

/** Of what is accepted, a reason to refuse it must still be there; of credentials a plainer one is one as well. */
function isStill(before: readonly string[], now: readonly string[]): boolean {
  const kept = (reason: string): boolean =>
    before.includes(reason) || (reason.startsWith('credential') && before.some((one) => one.startsWith('credential')));
  return now.length > 0 && now.every(kept);
}
