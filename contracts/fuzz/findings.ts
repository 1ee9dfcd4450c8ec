import { describeAnswer } from '../setup-failed.js';
import { causeOf, describeCase, isSame, seenIn, toFinding, type Failing } from './finding.js';
import type { Wrong } from './judge.js';
import type { Pool } from './pool.js';
import { once, type FuzzSession } from './session.js';
import { shrink } from './shrink.js';
import { isUnheard, tryCase, type Tried } from './try.js';
import type { Finding } from './types.js';
import type { Case } from './cases.js';

/** After so many findings a deployment is off altogether: what follows is told as it is found. */
const MOST_SHRUNK = 80;

/** What is found, each cause once. */
export interface Findings {
  /** Looks into a case that is wrong: sends it again, makes it smaller, and tells it if its cause is new. */
  add(pool: Pool, tried: Tried, wrong: Wrong, replay: string | undefined): Promise<void>;
  /** Takes up what was found elsewhere. */
  take(finding: Finding): void;
  all(): readonly Finding[];
  readonly size: number;
}

/** Findings of a session. */
export function createFindings(session: FuzzSession): Findings {
  const found = new Map<string, { finding: Finding; times: number }>();
  /** What was seen before it was made smaller, and the cause that it came to; `undefined` when it came to nothing. */
  const known = new Map<string, string | undefined>();
  const note = once((says) => session.emit({ type: 'note', says, remedy: 'Nothing is concluded from it.' }));
  const count = (cause: string | undefined): void => {
    const entry = cause === undefined ? undefined : found.get(cause);
    if (entry !== undefined) entry.times += 1;
  };
  const tell = (finding: Finding): void => {
    const entry = found.get(finding.cause);
    if (entry !== undefined) return void (entry.times += 1);
    found.set(finding.cause, { finding, times: finding.times });
    session.emit({ type: 'finding', finding });
  };
  const look = async (pool: Pool, tried: Tried, wrong: Wrong, replay: string | undefined): Promise<string | undefined> => {
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
    if (!same) {
      // Where nobody is there any more, it cannot happen again.
      const once = again === undefined || !isUnheard(again);
      tell(toFinding(session.context, failing, { times: 1, replay, once }));
      return causeOf(failing);
    }
    const smallest = found.size < MOST_SHRUNK ? await smaller(session, pool, failing) : failing;
    tell(toFinding(session.context, smallest, { times: 1, replay }));
    return causeOf(smallest);
  };
  return {
    async add(pool, tried, wrong, replay) {
      const keys = keysOf(tried.case, wrong);
      const seen = keys.find((key) => known.has(key));
      if (seen !== undefined) return count(known.get(seen));
      const cause = await look(pool, tried, wrong, replay);
      if (cause !== undefined || wrong.declared) known.set(keys[0] ?? '', cause);
    },
    take: tell,
    all: () => [...found.values()].map(({ finding, times }) => ({ ...finding, times })),
    get size() {
      return found.size;
    },
  };
}

/** By which a case is known before it is looked into: as it is, and each of its mutations by itself. */
function keysOf({ operation, mutations }: Case, wrong: Wrong): readonly string[] {
  const seen = [operation.id, wrong.kind, wrong.kind === 'accepted' ? '' : wrong.came, seenIn(wrong)].join(' ');
  if (wrong.code !== undefined) return [seen];
  const done = mutations.map(({ place, family }) => `${place} ${family}`).toSorted();
  return [`${seen} ${done.join(' + ')}`, ...(done.length > 1 ? done.map((one) => `${seen} ${one}`) : []), `${seen} `];
}

/** Whether a good request is refused for the same reason: then the fault is not the request's. */
async function isIll(session: FuzzSession, pool: Pool, wrong: Wrong): Promise<boolean> {
  if (wrong.kind === 'control') return true;
  const control = await tryCase(session, pool, { operation: pool.operation, mutations: [], trims: [] });
  return control !== undefined && 'answer' in control.sent && describeAnswer(session.context.contract, control.sent.answer) === wrong.came;
}

async function smaller(session: FuzzSession, pool: Pool, failing: Failing): Promise<Failing> {
  let smallest = failing;
  // Each try of what hangs takes as long as patience lasts.
  const patience = failing.wrong.kind === 'no-answer' ? 10 : undefined;
  await shrink(
    failing.case,
    pool.first,
    async (one) => {
      if (session.signal.aborted) return false;
      const tried = await tryCase(session, pool, one);
      const wrong = tried?.judged.wrong;
      if (tried === undefined || wrong === undefined || !isSame(failing.wrong, wrong)) return false;
      // Of what is accepted, the reason to refuse it must still be there.
      if (failing.wrong.kind === 'accepted' && tried.built.expects !== 'refused') return false;
      smallest = { ...tried, values: tried.base.values, wrong };
      return true;
    },
    patience,
  );
  return smallest;
}
