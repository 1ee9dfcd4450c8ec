import { randomUUID } from 'node:crypto';
import type { FailurePath } from '../path.js';
import { beneath } from './beneath.js';
import { activeKeys, keyLimit, revocation } from './keys.js';
import { mint, newKey, scenarios } from './scenarios.js';

/** Part of the names of keys that do nothing but take a place. */
const FILLER = 'filler';

/** What stands around the operations: dependencies that are down, limits that are reached, things that nobody has. */
export const surroundingPaths: readonly FailurePath[] = [
  ...Object.keys(scenarios).map((operation) => beneath(operation, 'common.service_unavailable', 'upstream down', 'upstream.fault')),
  {
    operation: 'createApiKey',
    code: 'api_key.limit_reached',
    cause: 'limit reached',
    needs: ['key.revoke'],
    alone: true,
    atMost: true,
    given: async (steps) => {
      const places = keyLimit(steps) - (await activeKeys(steps)).length;
      for (let place = 0; place < places; place++) await mint(steps, { name: steps.unique(FILLER) });
      return newKey(steps);
    },
    // The same request once a place is free again: one that this path took, since other keys of the run are in use.
    control: async (steps, request) => {
      const mine = (await activeKeys(steps)).find(({ name }) => name.startsWith(`${steps.namesBegin}${FILLER}-`));
      if (mine !== undefined) await steps.call(revocation(mine.id));
      return request;
    },
    thenAlso: ({ details }, expect) => expect(details['max'], 'the limit that is reached').to.be.a('number'),
  },
  ...['getTransaction', 'trackTransaction'].map((operation): FailurePath => ({
    operation,
    code: 'transaction.not_found',
    cause: 'unknown',
    when: (request) => ({ ...request, params: { transaction_id: randomUUID() } }),
  })),
];
