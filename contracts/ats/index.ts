import { SetupFailed } from '../setup-failed.js';
import type { Suite } from '../suite.js';
import { bodyPaths } from './bodies.js';
import { credentialPaths } from './credentials.js';
import { jobPaths } from './jobs.js';
import { activeKeys, keyLimit, leftoverKeys, lostKeys, revocation } from './keys.js';
import { fuzz } from './fuzz.js';
import { identities } from './identities.js';
import { partnerPaths } from './partners.js';
import { precedence, precedenceSequences } from './precedence.js';
import { rehearsal } from './rehearsal.js';
import { scenarios } from './scenarios.js';
import { sequences } from './sequences.js';
import { surroundingPaths } from './surroundings.js';
import { webhooks } from './webhooks.js';

/** The failure paths of the ATS Organization API. */
export const atsSuite: Suite = {
  name: 'ats',
  scenarios,
  paths: [...credentialPaths, ...bodyPaths, ...jobPaths, ...partnerPaths, ...surroundingPaths],
  identityOf: { apiKey: 'active', administrator: 'admin' },
  sequences: { ...sequences, ...precedenceSequences },
  params: ({ organization, works }) => ({ organization_id: organization, ats_id: works.own }),
  created: (operation, answer, steps, params) => {
    if (operation !== 'createApiKey') return undefined;
    const { id, name } = (answer.json ?? {}) as { id?: unknown; name?: unknown };
    return {
      what: `API key ${String(name)}`,
      undo: async () => {
        const { status } = await steps.send(revocation(String(id), params));
        // Not found is as good as revoked: a path may have done it already.
        if (status >= 300 && status !== 404) throw new SetupFailed(`revoking it was answered with ${status}`);
      },
    };
  },
  webhooks,
  probes: { identities, precedence },
  rehearsal,
  fuzz,
  leftovers: leftoverKeys,
  lost: lostKeys,
  keyPlaces: async (steps) => keyLimit(steps) - (await activeKeys(steps)).length,
};
