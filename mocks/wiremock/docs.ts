import { z } from 'zod';
import type { RouteDoc } from '../types.js';
import * as answers from './answer-schemas.js';
import { contentPattern, loggedInput, requestPattern } from './schema.js';
import { globalSettings, stateInput, stubImport, stubMapping, UNSUPPORTED } from './stub-schema.js';

/** What the document of the control API says of WireMock's routes. */

const MAPPINGS = { group: 'mappings', answers: { 200: answers.nothing } };
const REQUESTS = { group: 'requests', answers: { 200: answers.nothing } };
const LIMIT = z.int().min(0).max(999_999_999);
const BY_NAME = `Members that are not supported are refused by name: ${Object.keys(UNSUPPORTED).join(', ')}.`;

export const mappingDocs = {
  list: {
    ...MAPPINGS,
    summary: 'All rules as stubs, in the order in which they are asked',
    query: { limit: LIMIT.describe('How many; all by default.'), offset: LIMIT.describe('How many to leave out before.') },
    answers: { 200: answers.listedStubs },
    refuses: [422],
  },
  add: {
    ...MAPPINGS,
    summary: 'Add a stub; one with the same id is replaced',
    description: BY_NAME,
    body: stubMapping,
    answers: { 201: answers.listedStub },
    refuses: [422],
  },
  clear: { ...MAPPINGS, summary: 'Remove all rules, those of files until the next reset' },
  reset: { ...MAPPINGS, summary: 'Remove the rules of this API, and begin those of files anew' },
  import: {
    ...MAPPINGS,
    summary: 'Add several stubs, all of them or none',
    description: 'As in a listing: the first of them is asked first.',
    body: stubImport,
    refuses: [422],
  },
  findByMetadata: {
    ...MAPPINGS,
    summary: 'Stubs whose metadata is as a pattern says',
    body: contentPattern,
    answers: { 200: answers.listedStubs },
    refuses: [422],
  },
  removeByMetadata: { ...MAPPINGS, summary: 'Remove stubs whose metadata is as a pattern says', body: contentPattern, refuses: [422] },
  show: { ...MAPPINGS, summary: 'One rule as a stub', answers: { 200: answers.listedStub }, refuses: [404] },
  change: {
    ...MAPPINGS,
    summary: 'Write a stub anew; its id stays',
    description: BY_NAME,
    body: stubMapping,
    answers: { 200: answers.listedStub },
    refuses: [404, 422],
  },
  remove: { ...MAPPINGS, summary: 'Remove one rule', refuses: [404] },
} satisfies Record<string, RouteDoc>;

export const requestDocs = {
  list: {
    ...REQUESTS,
    summary: 'What was asked, what was answered, and why; oldest first',
    description: 'The last 1,000 requests are kept; those below /__admin are not among them.',
    query: {
      limit: LIMIT.describe('The newest that many.'),
      since: z.iso.datetime({ offset: true }).describe("Those after this time, by the mock's clock."),
      unmatched: z.enum(['true', 'false']).describe('true: those that no rule has answered.'),
      matchingStub: z.string().describe('Those that the rule with this id has answered.'),
    },
    answers: { 200: answers.listedRequests },
    refuses: [422],
  },
  clear: { ...REQUESTS, summary: 'Forget all requests' },
  count: { ...REQUESTS, summary: 'How many match a pattern', body: requestPattern, answers: { 200: answers.counted }, refuses: [422] },
  find: {
    ...REQUESTS,
    summary: 'Those that match a pattern',
    body: requestPattern,
    answers: { 200: answers.foundRequests },
    refuses: [422],
  },
  removeMatching: {
    ...REQUESTS,
    summary: 'Forget those that match a pattern',
    body: requestPattern,
    answers: { 200: answers.removed },
    refuses: [422],
  },
  removeByMetadata: {
    ...REQUESTS,
    summary: 'Forget those that were answered by stubs with such metadata',
    body: contentPattern,
    answers: { 200: answers.removed },
    refuses: [422],
  },
  unmatched: { ...REQUESTS, summary: 'Those that no rule has answered', answers: { 200: answers.foundRequests } },
  unmatchedNearMisses: {
    ...REQUESTS,
    summary: 'The same, with the rules that each missed by the least',
    answers: { 200: answers.nearMisses },
  },
  show: { ...REQUESTS, summary: 'One request, by its id or its number', answers: { 200: answers.serveEvent }, refuses: [404] },
  remove: { ...REQUESTS, summary: 'Forget one request, if it is there' },
  nearRules: {
    ...REQUESTS,
    summary: 'The rules that a request misses by the least',
    body: loggedInput,
    answers: { 200: answers.nearMisses },
    refuses: [422],
  },
  nearRequests: {
    ...REQUESTS,
    summary: 'The requests that miss a pattern by the least',
    body: requestPattern,
    answers: { 200: answers.nearMisses },
    refuses: [422],
  },
} satisfies Record<string, RouteDoc>;

const SETTINGS = { group: 'settings' };
const putSettings: RouteDoc = {
  ...SETTINGS,
  summary: 'Set what holds for every answer; what is not named is off',
  body: globalSettings,
  answers: { 200: answers.nothing },
  refuses: [422],
};

export const systemDocs = {
  scenarios: { group: 'scenarios', summary: 'All scenarios and the state of each', answers: { 200: answers.scenarios } },
  resetScenarios: { group: 'scenarios', summary: 'All scenarios back to Started', answers: { 200: answers.nothing } },
  setScenario: {
    group: 'scenarios',
    summary: 'Put a scenario into a state; without one, back to Started',
    body: stateInput.optional(),
    answers: { 200: answers.nothing },
    refuses: [404, 422],
  },
  settings: { ...SETTINGS, summary: 'What holds for every answer', answers: { 200: answers.shownSettings } },
  putSettings,
  reset: {
    group: 'mock',
    summary: 'Everything back to how the mock was started',
    description: 'Rules, world, journal, time and settings; coverage goes on.',
    answers: { 200: z.object({ status: z.literal('reset') }) },
  },
  health: { group: 'mock', summary: 'That the mock is up, and what it serves', answers: { 200: answers.health } },
  version: { group: 'mock', summary: 'Its version', answers: { 200: z.object({ version: z.string() }) } },
} satisfies Record<string, RouteDoc>;

/** Of a route that is there to say that it is not supported. */
export function unsupportedDoc(detail: string): RouteDoc {
  return { group: 'unsupported', summary: 'Not supported', description: detail, answers: {}, refuses: [422], unsupported: true };
}
