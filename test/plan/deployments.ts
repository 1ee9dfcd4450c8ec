import { stringify } from 'yaml';
import { loadDeployment, type Deployment } from '../../contracts/index.js';
import type { Mock } from '../../mocks/index.js';
import { temporaryFile } from '../support/cli.js';

/** A deployment file for a mock, by what it says of it. */
export interface Described {
  readonly name: string;
  readonly file: (mock: Mock) => Readonly<Record<string, unknown>>;
  /** Paths take turns, so that only one of them waits at a time. */
  readonly oneAtATime?: boolean;
}

const open = (token: string, members: object = {}): object => ({ token, public: true, ...members });

const identitiesOf = ({ world: { tokens, organizations, admin, limits } }: Mock): Readonly<Record<string, object>> => ({
  active: open(tokens.active),
  admin: open(admin),
  readOnly: open(tokens.readOnly),
  registerOnly: open(tokens.registerOnly),
  otherOrg: open(tokens.otherOrg, { organization: organizations.other }),
  inactiveOrg: open(tokens.inactiveOrg, { organization: organizations.inactive }),
  deletedOrg: open(tokens.deletedOrg, { organization: organizations.deleted }),
  smallFiles: open(tokens.smallFiles, { maxFileSizeBytes: limits.smallFiles }),
});

const some = (mock: Mock, ...names: readonly string[]): object =>
  Object.fromEntries(Object.entries(identitiesOf(mock)).filter(([name]) => names.includes(name)));

const worksOf = ({ world: { works, workIds, externalUser } }: Mock): object => ({
  own: works.active,
  other: works.other,
  external: { externalUserRef: externalUser.ref, id: externalUser.work },
  direct: workIds.active,
});

const call = (method: string, url: string, body: unknown): object => ({ method, url, body });
const fault = (name: string): object => ({
  set: call('PUT', '/__admin/faults', { [name]: true }),
  restore: call('PUT', '/__admin/faults', { [name]: false }),
});
const ORGANIZATION = '/__admin/organizations/{{organization}}';
const CLOCK = {
  'clock.advance': {
    set: call('POST', '/__admin/clock/advance', { seconds: '{{seconds}}' }),
    restore: call('PUT', '/__admin/clock', { now: null }),
  },
};
const FAULTS = {
  'chain.fault': fault('dryRun'),
  'commitment.fault': fault('commitment'),
  'upstream.fault': fault('upstream'),
  'submission.fault': fault('submission'),
};
const ACCOUNTS = {
  'quota.set': {
    set: call('PUT', ORGANIZATION, { quota: { limit: '{{limit}}', used: '{{used}}' } }),
    restore: call('PUT', ORGANIZATION, { quota: null }),
  },
  'credits.set': { set: call('PUT', ORGANIZATION, { credits: '{{credits}}' }), restore: call('PUT', ORGANIZATION, { credits: 1_000_000 }) },
};
const magic = (code: string): object => ({ magic: { body: { title: `fail with ${code}` } } });
const SESSIONS = {
  open: call('POST', '/__admin/sessions', { from: 'default', ttlSeconds: 600 }),
  close: { method: 'DELETE', url: '/__admin/sessions/{{session}}' },
  header: 'x-failpath-session',
};

const at = ({ url, world }: Mock): object => ({ url, organization: world.organizations.active });
const everything = (mock: Mock): Readonly<Record<string, unknown>> => ({
  ...at(mock),
  identities: identitiesOf(mock),
  works: worksOf(mock),
  capabilities: { ...CLOCK, ...FAULTS, ...ACCOUNTS },
});

/** The same mock, as one knows it who may do more or less there. */
export const DESCRIBED: readonly Described[] = [
  { name: 'everything', file: (mock) => ({ ...everything(mock), webhooks: { listen: '127.0.0.1:0' } }) },
  { name: 'everything, with sessions', file: (mock) => ({ ...everything(mock), sessions: SESSIONS }) },
  { name: 'a key that only reads', file: (mock) => ({ ...at(mock), identities: some(mock, 'readOnly') }) },
  {
    name: 'keys and no administrator',
    file: (mock) => ({ ...at(mock), identities: some(mock, 'active', 'readOnly'), works: worksOf(mock) }),
  },
  {
    name: 'an administrator, and nothing that can be moved',
    file: (mock) => ({ ...at(mock), identities: some(mock, 'admin', 'otherOrg') }),
    oneAtATime: true,
  },
  {
    name: 'magic values in place of faults',
    file: (mock) => ({
      ...everything(mock),
      capabilities: {
        ...CLOCK,
        'chain.fault': magic('registration.dry_run_failed'),
        'commitment.fault': magic('registration.commitment_invalid'),
        'upstream.fault': magic('common.service_unavailable'),
      },
    }),
  },
  {
    name: 'a magic value on the way',
    file: (mock) => ({
      ...everything(mock),
      capabilities: {
        'chain.fault': { magic: { operation: 'initWork', body: { title: 'fail with registration.dry_run_failed at prepareWork' } } },
      },
    }),
  },
  {
    name: 'nothing that can be moved, and time',
    file: (mock) => ({
      ...at(mock),
      identities: some(mock, 'active', 'otherOrg'),
      works: worksOf(mock),
      patienceSeconds: 3601,
      revocation: { withinSeconds: 5 },
    }),
    oneAtATime: true,
  },
  {
    name: 'production, where little is permitted',
    file: (mock) => ({
      ...everything(mock),
      production: true,
      allow: { hosts: [new URL(mock.url).host], writes: ['initWork', 'upload', 'prepareWork', 'createPartnerSession', 'chain.fault'] },
    }),
  },
  {
    name: 'production, where keys come and go',
    file: (mock) => ({
      ...at(mock),
      identities: some(mock, 'admin', 'otherOrg'),
      works: worksOf(mock),
      production: true,
      allow: {
        hosts: [new URL(mock.url).host],
        writes: ['createApiKey', 'initWork', 'initVersion', 'createPartnerSession'],
        revocations: true,
      },
      revocation: { withinSeconds: 5 },
    }),
  },
  {
    name: 'production, where a work is begun and never finished',
    file: (mock) => ({
      ...at(mock),
      identities: some(mock, 'active', 'admin'),
      production: true,
      allow: { hosts: [new URL(mock.url).host], writes: ['initWork', 'createApiKey'] },
    }),
  },
  {
    name: 'production, where a work is prepared and never confirmed',
    file: (mock) => ({
      ...at(mock),
      identities: some(mock, 'active', 'admin', 'otherOrg'),
      production: true,
      allow: {
        hosts: [new URL(mock.url).host],
        writes: ['initWork', 'upload', 'prepareWork', 'createApiKey', 'createPartnerSession'],
      },
    }),
  },
  { name: 'production, where nothing is permitted', file: (mock) => ({ ...everything(mock), production: true }) },
  {
    name: 'nothing but to be asked',
    file: (mock) => ({ ...at(mock), identities: some(mock, 'readOnly'), simulate: { headers: { prefer: 'error={{code}}' } } }),
  },
];

export function deploymentOf({ file }: Described, mock: Mock): Deployment {
  return loadDeployment(temporaryFile('deployment.yaml', stringify(file(mock))), {});
}
