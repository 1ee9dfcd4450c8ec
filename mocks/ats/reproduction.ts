import type { Failure, Operation } from '../../spec/index.js';
import { TOKEN_PREFIX } from './keys.js';
import { WORLD } from './world.js';

/** How to get to a failure in the sandbox without asking for it. */
export interface AtsReproduction {
  readonly by: 'magic' | 'cause';
  readonly says: string;
  readonly shell: string;
}

const { organizations, tokens, works } = WORLD;

/** A credential that is refused, and why; `organization` is that of the path. */
interface Refused {
  readonly token: string | undefined;
  readonly organization?: string;
  readonly says: string;
}

const CREDENTIALS: Readonly<Record<string, (scope: string | undefined) => Refused>> = {
  'common.unauthorized': () => ({ token: undefined, says: 'Send no credential.' }),
  'api_key.invalid_format': () => ({ token: 'no-api-key', says: `Send a token that does not start with ${TOKEN_PREFIX}.` }),
  'api_key.not_found': () => ({ token: `${TOKEN_PREFIX}${'0'.repeat(48)}`, says: 'Send a token that no key has.' }),
  'api_key.revoked': () => ({ token: tokens.revoked, says: 'Send the token of a key that has been revoked.' }),
  'api_key.org_mismatch': () => ({ token: tokens.otherOrg, says: 'Send a key of another organization than that of the path.' }),
  'api_key.org_inactive': () => ({
    token: tokens.inactiveOrg,
    organization: organizations.inactive,
    says: 'Send a key of an organization that is inactive.',
  }),
  'api_key.scope_denied': (scope) => ({
    token: scope === 'works:read' ? tokens.registerOnly : tokens.readOnly,
    says: `Send a key that lacks the scope ${scope ?? 'of the operation'}.`,
  }),
};

/** Where a step of a job is asked for; a job is opened with the magic value as its title. */
const STEPS: Readonly<Record<string, string>> = { prepareWork: 'prepare', confirmWork: 'confirm' };

/**
 * How a failure of the ATS is reached in the sandbox as it stands at its start: by a credential of the well-known world, by a job with a
 * magic title, by an id that does not exist. `undefined` for what takes more than that.
 *
 * @example
 * atsReproduction(failure, 'http://127.0.0.1:4010')?.shell; // curl -i -X POST -H 'Authorization: Bearer afo_sk_live_5afe05...' http://...
 */
export function atsReproduction(failure: Failure, url: string): AtsReproduction | undefined {
  return byCredential(failure, url) ?? byJob(failure, url) ?? byUnknown(failure, url);
}

function byCredential({ code, operation }: Failure, url: string): AtsReproduction | undefined {
  const key = operation.credentials.find(({ scheme }) => scheme === 'apiKey');
  const refused = Object.hasOwn(CREDENTIALS, code) ? CREDENTIALS[code] : undefined;
  if (refused === undefined) return undefined;
  // Another kind of credential is refused otherwise; none at all is the same everywhere.
  if (key === undefined && code !== 'common.unauthorized') return undefined;
  const { token, organization = organizations.active, says } = refused(key?.scopes[0]);
  const credential = token === undefined ? '' : ` -H 'Authorization: Bearer ${token}'`;
  const address = `${url}${pathOf(operation, organization)}`;
  return { by: 'cause', says, shell: `curl -i${methodOf(operation)}${credential} ${address}` };
}

function byJob({ operation, magic }: Failure, url: string): AtsReproduction | undefined {
  const step = STEPS[operation.id];
  if (step === undefined || magic === undefined) return undefined;
  const roles = { author: true, composer: false, arranger: false, adapter: false };
  const title = `${magic} at ${operation.id}`;
  const work = { network: 'testnet', title, filename: 'a.wav', creators: [{ full_name: 'Ada', email: 'ada@example.org', roles }] };
  const authorized = `-H 'Authorization: Bearer ${tokens.active}' -H 'Content-Type: application/json'`;
  const base = `${url}/v1/organizations/${organizations.active}/works`;
  const shell = [
    `JOB=$(curl -s ${authorized} -d '${JSON.stringify(work)}' ${base}/init | sed 's/.*"job_id":"\\([^"]*\\)".*/\\1/')`,
    `curl -i ${authorized} -d "{\\"job_id\\":\\"$JOB\\"}" ${base}/${step}`,
  ].join('\n');
  return { by: 'magic', says: `Open a job whose title is the magic value, then ${step} it.`, shell };
}

function byUnknown({ code, operation }: Failure, url: string): AtsReproduction | undefined {
  if (code !== 'transaction.not_found' || operation.id !== 'getTransaction') return undefined;
  return { by: 'cause', says: 'Ask for a transaction that does not exist.', shell: `curl -i ${url}/v1/transactions/unknown` };
}

function methodOf({ method }: Operation): string {
  return method === 'GET' ? '' : ` -X ${method}`;
}

function pathOf({ path }: Operation, organization: string): string {
  const known: Readonly<Record<string, string>> = { organization_id: organization, ats_id: String(works.active) };
  return path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => known[name] ?? 'unknown');
}
