import { OPERATIONS, type Rule } from '../../../mocks/ats/index.js';
import { contract } from '../../support/judge.js';
import { REFUSES_TOO_MUCH, type Mutant } from '../mutant.js';
import { everyRule } from './rules.js';

const CODES: readonly string[] = [...new Set(contract.failures.map(({ code }) => code))];

/** The server breaks down where it should refuse. */
const broken = CODES.map((code): Mutant => ({
  name: `500 in place of ${code}`,
  class: 'behaviour',
  breaks: `Where ${code} is due, an exception is thrown that nobody catches.`,
  lines: [`* ${code}`],
  outcome: 'violated',
  says: /^status: expected \d+, saw 500/,
  sandbox: () =>
    everyRule((refusal) => {
      if (refusal?.code === code) throw new Error(`cannot say ${code}`);
      return refusal;
    }),
}));

/** What tells one request from another. */
const requestOf = ({ call: { operation, params, query, headers, body } }: Parameters<Rule>[0]): string =>
  JSON.stringify([operation.id, params, [...query], headers['authorization'], headers['idempotency-key'], body]);

const ONCE = [
  'api_key.revoked',
  'api_key.scope_denied',
  'common.unauthorized',
  'common.validation_failed',
  'registration.audio_empty',
  'registration.prepared_not_found',
  'work.access_forbidden',
  'api_key.unknown_scope',
  'transaction.not_found',
];

const onlyOnce = ONCE.map((code): Mutant => ({
  name: `${code} only once`,
  class: 'behaviour',
  breaks: `Whoever is refused with ${code} need only ask again.`,
  lines: [`* ${code}`],
  sandbox: () => {
    const refused = new Set<string>();
    return everyRule((refusal, facts) => {
      if (refusal?.code !== code) return refusal;
      const request = requestOf(facts);
      return refused.size === refused.add(request).size ? undefined : refusal;
    });
  },
}));

const STUCK = [
  'registration.title_required',
  'api_key.unknown_scope',
  'work.not_found',
  'transaction.not_found',
  'common.service_unavailable',
];

const stuck = STUCK.map((code): Mutant => ({
  name: `stays broken after ${code}`,
  class: 'behaviour',
  breaks: `Once an operation has refused with ${code}, it refuses what is right as well.`,
  lines: [`* ${code}`],
  outcome: REFUSES_TOO_MUCH,
  spreads: true,
  sandbox: () => {
    const broke = new Set<string>();
    return everyRule((refusal, { call: { operation } }, name) => {
      if (refusal?.code === code) broke.add(operation.id);
      const isLast = OPERATIONS[operation.id]?.rules.at(-1) === name;
      return refusal ?? (isLast && broke.has(operation.id) ? { code, why: 'still broken' } : undefined);
    });
  },
}));

/** Refusals that are none, come once, or never end. */
export const FAILING: readonly Mutant[] = [...broken, ...onlyOnce, ...stuck];
