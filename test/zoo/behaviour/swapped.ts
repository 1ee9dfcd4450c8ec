import { OPERATIONS, type RuleName } from '../../../mocks/ats/index.js';
import { contract } from '../../support/judge.js';
import { linesOf } from '../lines.js';
import type { Mutant } from '../mutant.js';
import { CHECKS } from './dropped.js';
import { reordered } from './rules.js';

/** Why nobody can see that two neighbours are swapped. */
type Unseen =
  /** No request is refused by both: what the first looks for is what the second looks at. */
  | 'never both'
  /** Both refuse with the same code, and what else is said follows from the request and not from the check. */
  | 'same answer';

/**
 * What tells a swap of two neighbours: nothing, for a reason; lines of the first, where whatever it refuses is refused by the second
 * as well; and otherwise only a request with both faults, the precedence of the two codes.
 */
const PAIRS: Readonly<Record<string, Unseen | readonly string[]>> = {
  // Shed load belongs to no operation.
  'loadShed noCredential': 'never both',
  'noCredential wrongPrefix': 'never both',
  'wrongPrefix unknownToken': ['api_key.invalid_format'],
  'unknownToken revokedKey': 'never both',
  'noCredential notAdministrator': 'same answer',
  'organizationExists keyExists': 'same answer',
  'keyExists keyOwned': 'never both',
  'noCredential notPartnerSession': 'same answer',
  'notPartnerSession sessionOrganization': 'never both',
  'sessionOrganization sessionUser': 'same answer',
  'query cursorKnown': 'same answer',
  'workExists workOwned': 'never both',
  'userWorkExists userWorkOwned': 'never both',
  'versionExists fileExists': 'same answer',
  'audioPresent audioFits': 'never both',
  'upstreamDown organizationExists': ['common.service_unavailable (upstream down) before common.not_found (unknown organization)'],
  // Of a job that was used up nobody knows whose it was.
  'sessionExists sessionOwned': [
    'registration.upload_session_not_found (expired) before registration.upload_session_forbidden (another organization)',
  ],
  'quoteExists quoteOwned': ['registration.prepared_not_found (expired) before registration.prepared_forbidden (another organization)'],
  // A body that is not valid names no job.
  'body sessionExists': ['common.bad_request (not JSON)', 'common.validation_failed'],
  'body quoteExists': ['common.bad_request (not JSON)', 'common.validation_failed'],
};

/** A stranger to a version's job comes by the path of another work, since every work has an owner: it is refused by both. */
const OF_VERSIONS: typeof PAIRS = {
  'sessionOwned sessionPath': ['registration.upload_session_forbidden'],
  'quoteOwned quotePath': ['registration.prepared_forbidden'],
};

const swap = (rules: readonly RuleName[], index: number): readonly RuleName[] =>
  rules.flatMap((rule, at) => (at === index ? rules.slice(index, index + 2).toReversed() : at === index + 1 ? [] : [rule]));

/** What tells the precedence of two checks: each fault that the first one refuses, before each of the second. */
const precedence = (operation: string, first: RuleName, second: RuleName): readonly string[] => {
  const [, ...before] = CHECKS[first](operation) ?? [];
  const [, ...after] = CHECKS[second](operation) ?? [];
  const patterns = before.flatMap((one) => after.map((other) => `${operation}: ${anyCause(one)} before ${anyCause(other)}`));
  return patterns.filter((pattern) => linesOf({ lines: [pattern] }).length > 0);
};

const anyCause = (line: string): string => (line.endsWith(')') ? line : `${line} (*)`);

function swapped(operation: string, rules: readonly RuleName[], index: number): Mutant[] {
  const [first, second] = rules.slice(index);
  if (first === undefined || second === undefined) return [];
  const pair = `${first} ${second}`;
  const told = (operation.endsWith('Version') ? OF_VERSIONS[pair] : undefined) ?? PAIRS[pair];
  if (typeof told === 'string') return [];
  return [
    {
      name: `${operation} with ${second} before ${first}`,
      class: 'behaviour',
      breaks: `${operation} asks ${second} before ${first}: of two faults the other one is told.`,
      lines: told?.map((line) => `${operation}${line.includes(' before ') ? ':' : ''} ${line}`) ?? precedence(operation, first, second),
      sandbox: () => reordered(operation, (order) => swap(order, index)),
    },
  ];
}

/** Each pair of neighbours in each operation's order of refusal swapped, where anybody can see it. */
export const SWAPPED: readonly Mutant[] = contract.operations.flatMap(({ id }) => {
  const rules = OPERATIONS[id]?.rules ?? [];
  return rules.flatMap((_, index) => swapped(id, rules, index));
});
