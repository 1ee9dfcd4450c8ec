import type { Operation } from '../../spec/index.js';
import { describeAnswer } from '../setup-failed.js';
import { provide } from './bases.js';
import type { Case } from './cases.js';
import { NO_FAULT } from './judge.js';
import { createPool, type Pool } from './pool.js';
import type { FuzzSession } from './session.js';
import { tryCase } from './try.js';

/** Statuses that say that the credential is not good, or not good enough. */
const SHUT: ReadonlySet<number> = new Set([401, 403]);

/**
 * A good request of an operation, sent before anything is done to it: a suite's twice, so that it shows whether it stays good, and one
 * that is made of examples once. What only examples say may not exist there, so that its refusal is told and is no finding.
 *
 * @example
 * (await prepare(session, operation)).accepted; // true
 */
export async function prepare(session: FuzzSession, operation: Operation): Promise<Pool> {
  const { context } = session;
  const first = await provide(context, operation);
  if (first.why !== undefined)
    session.emit({
      type: 'note',
      says: `no good ${operation.id} is known: ${first.why}`,
      remedy: 'It is fuzzed with what the examples of the contract say.',
    });
  const probe = createPool(context, operation, { first, repeatable: true, accepted: false });
  const control: Case = { operation, mutations: [], trims: [] };
  const tried = await tryCase(session, probe, control);
  const accepted = tried?.judged.succeeded === true;
  const answer = tried !== undefined && 'answer' in tried.sent ? tried.sent.answer : undefined;
  const refused =
    accepted || answer === undefined
      ? undefined
      : {
          came: describeAnswer(context.contract, answer),
          shut: SHUT.has(answer.status),
          passing: NO_FAULT.has(answer.status) || tried?.judged.edge !== undefined,
        };
  if (!first.good) {
    if (refused !== undefined && !refused.shut && first.why === undefined)
      session.emit({
        type: 'note',
        says: `the request to ${operation.id} that the examples of the contract make is answered with ${refused.came}`,
        remedy: 'What lies behind a good one is not reached: give examples that exist there.',
      });
    return createPool(context, operation, { first, repeatable: true, accepted, refused });
  }
  const repeatable = accepted && (await tryCase(session, probe, control))?.judged.succeeded === true;
  return createPool(context, operation, { first: repeatable ? first : await provide(context, operation), repeatable, accepted, refused });
}

/** Why nothing behind the credentials was reached: no good request that needs one was let in. */
export function whyShut(pools: readonly Pool[]): { readonly says: string; readonly remedy: string } | undefined {
  const guarded = pools.filter(({ operation }) => operation.credentials.length > 0);
  const [one] = guarded.filter(({ refused }) => refused?.shut === true);
  if (one === undefined || guarded.some(({ accepted }) => accepted)) return undefined;
  const scheme = one.operation.credentials[0]?.scheme ?? '';
  const name = one.first.draft.as;
  const who = name === null ? `the identity ${scheme} is not given` : `the credential of the identity ${name} is refused`;
  return {
    says: `${who}: no good request that needs one was let in (${one.operation.id}: ${one.refused?.came ?? ''}), so that nothing behind it is judged`,
    remedy: `Give the deployment a good one: identities: { ${name ?? scheme}: ... } in the file of --deployment.`,
  };
}
