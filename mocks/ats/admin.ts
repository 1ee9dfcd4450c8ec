import { z } from 'zod';
import { invalidInput } from '../admin/answers.js';
import { problemBody } from '../problem.js';
import type { AdminAnswer, AdminRoute, RouteDoc } from '../types.js';
import { monthOf, quotaOf } from './quota.js';
import { faultsOf, setFaults, type Service } from './service.js';
import type { Faults, Organization } from './state.js';
import { webhookRoutes } from './webhooks/index.js';

/** What may be set from outside: the dependencies below the API, and what an organization has. */

const faultsInput = z.strictObject({
  dryRun: z.union([z.boolean(), z.string().min(1).max(1_000)]).optional(),
  commitment: z.boolean().optional(),
  upstream: z.boolean().optional(),
  shed: z.boolean().optional(),
  submission: z.union([z.boolean(), z.string().min(1).max(1_000)]).optional(),
});

const amount = z.number().nonnegative();
const count = z.int().nonnegative();
const organizationInput = z.strictObject({
  credits: z.union([amount, z.strictObject({ testnet: amount.optional(), mainnet: amount.optional() })]).optional(),
  quota: z.union([z.null(), count, z.strictObject({ limit: count, used: count.optional() })]).optional(),
  active: z.boolean().optional(),
  deleted: z.boolean().optional(),
  maxKeys: count.nullable().optional(),
});

const reason = z.union([z.boolean(), z.string()]);
const faults = z
  .object({
    dryRun: reason.describe('A text is the reason that prepare answers.'),
    commitment: z.boolean(),
    upstream: z.boolean(),
    shed: z.boolean(),
    submission: reason.describe('What is confirmed fails after its block; a text is the reason.'),
  })
  .meta({ id: 'Faults' });
const organization = z
  .object({
    credits: z.object({ testnet: amount, mainnet: amount }),
    quota: z.object({ limit: count, used: count }).nullable().describe('Confirmations on testnet per month.'),
    active: z.boolean(),
    deleted: z.boolean(),
    maxKeys: count.nullable().describe("null for the platform's own limit."),
  })
  .meta({ id: 'Organization' });

const NAMED = 'Members that are not named stay as they are.';
const FAULTS = { group: 'world', answers: { 200: faults } };
const ORGANIZATION: Pick<RouteDoc, 'group' | 'answers' | 'refuses'> = { group: 'world', answers: { 200: organization }, refuses: [404] };

const REST = 'members that are not named stay as they are.';
const FAULTS_REMEDY = `Send a JSON object such as {"dryRun": "insufficient balance", "upstream": false}; ${REST}`;
const ORGANIZATION_REMEDY = `Send a JSON object such as {"credits": {"testnet": 5}, "quota": 20, "active": true, "maxKeys": 10}; ${REST}`;

/**
 * The routes below `/__admin` that belong to the sandbox. What a GET answers may be sent back with PUT: so a state can
 * be restored.
 *
 * @example
 * // curl -X PUT localhost:4010/__admin/faults -d '{"upstream": true}'
 */
export function adminRoutes(service: Service): readonly AdminRoute[] {
  return [
    {
      method: 'GET',
      path: '/__admin/faults',
      doc: { ...FAULTS, summary: 'What fails below the API' },
      handle: () => ok(faultsOf(service)),
    },
    {
      method: 'PUT',
      path: '/__admin/faults',
      doc: { ...FAULTS, summary: 'Let something fail below the API, or no more', description: NAMED, body: faultsInput },
      handle: ({ body }) => service.transact(() => putFaults(service, body)),
    },
    {
      method: 'GET',
      path: '/__admin/organizations/:id',
      doc: { ...ORGANIZATION, summary: 'What an organization has' },
      handle: ({ params }) => withOrganization(service, params['id'], (organization) => ok(show(organization, service.clock.now()))),
    },
    {
      method: 'PUT',
      path: '/__admin/organizations/:id',
      doc: { ...ORGANIZATION, summary: 'Change what an organization has', description: NAMED, body: organizationInput },
      handle: ({ params, body }) =>
        service.transact(() => withOrganization(service, params['id'], (organization) => putOrganization(service, organization, body))),
    },
    ...webhookRoutes(service),
  ];
}

function putFaults(service: Service, body: unknown): AdminAnswer {
  const parsed = faultsInput.safeParse(body);
  if (!parsed.success) return invalidInput(z.prettifyError(parsed.error), FAULTS_REMEDY);
  const { dryRun, commitment, upstream, shed, submission } = parsed.data;
  const before = faultsOf(service);
  const faults: Faults = {
    dryRun: dryRun ?? before.dryRun,
    commitment: commitment ?? before.commitment,
    upstream: upstream ?? before.upstream,
    shed: shed ?? before.shed,
    submission: submission ?? before.submission,
  };
  setFaults(service, faults);
  return ok(faults);
}

function putOrganization(service: Service, organization: Organization, body: unknown): AdminAnswer {
  const parsed = organizationInput.safeParse(body);
  if (!parsed.success) return invalidInput(z.prettifyError(parsed.error), ORGANIZATION_REMEDY);
  const { credits, quota, active, deleted, maxKeys } = parsed.data;
  const now = service.clock.now();
  const next: Organization = {
    ...organization,
    ...withQuota(organization, quota, now),
    credits: withCredits(organization.credits, credits),
    active: active ?? organization.active,
    deleted: deleted ?? organization.deleted,
    max_keys: maxKeys === undefined ? organization.max_keys : maxKeys,
  };
  service.state.organizations.put(organization.id, next);
  return ok(show(next, now));
}

type Input = z.infer<typeof organizationInput>;

function withCredits(credits: Organization['credits'], input: Input['credits']): Organization['credits'] {
  if (input === undefined) return credits;
  if (typeof input === 'number') return { testnet: input, mainnet: input };
  return { testnet: input.testnet ?? credits.testnet, mainnet: input.mainnet ?? credits.mainnet };
}

function withQuota(organization: Organization, input: Input['quota'], now: number): Pick<Organization, 'quota' | 'usage'> {
  const { quota, usage } = organization;
  if (input === undefined) return { quota, usage };
  if (input === null || typeof input === 'number') return { quota: input, usage };
  return { quota: input.limit, usage: input.used === undefined ? usage : { month: monthOf(now), count: input.used } };
}

function show(organization: Organization, now: number): Record<string, unknown> {
  const { limit, used } = quotaOf(organization, now);
  const { credits, active, deleted, max_keys } = organization;
  return { credits, quota: limit === null ? null : { limit, used }, active, deleted, maxKeys: max_keys };
}

function withOrganization(service: Service, id: string | undefined, handle: (organization: Organization) => AdminAnswer): AdminAnswer {
  const organization = service.state.organizations.get(id ?? '');
  if (organization !== undefined) return handle(organization);
  const known = [...service.state.organizations.list()].map((candidate) => candidate.id).join(', ');
  return {
    status: 404,
    body: problemBody('admin-unknown-route', `There is no organization ${JSON.stringify((id ?? '').slice(0, 60))}.`, {
      remedy: `Use one of ${known}.`,
    }),
  };
}

function ok(body: unknown): AdminAnswer {
  return { status: 200, body };
}
