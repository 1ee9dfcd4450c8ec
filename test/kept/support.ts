import type { AtsWorld } from '../../mocks/ats/index.js';
import { send, type Seen } from '../mock/support.js';
import { Client, NOON, ok } from '../sessions/support.js';
import { startFailpath, type Ended } from '../support/cli.js';

/** A mock in a process of its own. */
export interface Served {
  readonly url: string;
  /** In its own world. */
  readonly client: Client;
  /** Ends it at once, as nobody can prevent. */
  kill(): Promise<void>;
  /** Ends it as its user would. */
  stop(): Promise<Ended>;
}

/** Mocks of a suite; `killAll` ends those that are left. */
export function processes(): { serve(...args: readonly string[]): Promise<Served>; killAll(): Promise<void> } {
  const started: { kill(): Promise<void> }[] = [];
  return {
    serve: async (...args) => {
      const running = startFailpath(['mock', '--port', '0', ...args]);
      const end = async (signal: NodeJS.Signals): Promise<Ended> => {
        running.kill(signal);
        return running.ended;
      };
      const kill = async (): Promise<void> => void (await end('SIGKILL'));
      started.push({ kill });
      const [, url = ''] = await running.printed(/fails at (http:\/\/\S+)\n/);
      const world = ok(await send({ url }, 'GET', '/__admin/world')).body as AtsWorld;
      return { url, client: new Client(url, world), kill, stop: () => end('SIGTERM') };
    },
    killAll: async () => void (await Promise.all(started.splice(0).map(({ kill }) => kill()))),
  };
}

/** What a job costs on mainnet. */
export const PRICE = 67;
const QUOTA = 1_000;
const CREDITS = 1_000_000;
const NETWORKS = ['testnet', 'mainnet'] as const;
export const NOT_PREPARED = 'registration.prepared_not_found';

export type Network = (typeof NETWORKS)[number];

/** A job that may be confirmed, once. */
export interface Job {
  readonly id: string;
  readonly network: Network;
}

/** Jobs on both networks, prepared at a time that stands still and with nothing used of quota and credits. */
export async function prepareJobs(client: Client, count: number): Promise<readonly Job[]> {
  ok(await client.admin('PUT', '/clock', { now: NOON, frozen: true }));
  const organization = `/organizations/${client.world.organizations.active}`;
  ok(await client.admin('PUT', organization, { credits: CREDITS, quota: { limit: QUOTA, used: 0 } }));
  const one = async (_: unknown, index: number): Promise<Job> => {
    const network = NETWORKS[index % 2] ?? 'testnet';
    return { id: await client.prepared({ network }), network };
  };
  return Promise.all(Array.from({ length: count }, one));
}

/** A key of the active organization that nobody has used yet. */
export async function newKey(client: Client): Promise<{ readonly id: string; readonly token: string }> {
  const made = await client.ask('POST', client.organization('api-keys'), { name: 'storm', scopes: ['works:register'] }, asAdmin(client));
  return { id: String(ok(made).at('/id')), token: String(made.at('/token')) };
}

/** When a key was used last; null for never. */
export async function lastUse(client: Client, id: string): Promise<unknown> {
  const { body } = ok(await client.ask('GET', client.organization('api-keys'), undefined, asAdmin(client)));
  const [, list] = Object.entries(body as Record<string, unknown>).find(([, value]) => Array.isArray(value)) ?? ['', body];
  return (list as { id: string; last_used_at: string | null }[]).find((key) => key.id === id)?.last_used_at;
}

function asAdmin({ world }: Client): { readonly token: string } {
  return { token: world.admin };
}

export function confirm(client: Client, job: Job, token: string = client.world.tokens.active): Promise<Seen> {
  return client.ask('POST', client.organization('works/confirm'), { job_id: job.id }, { token });
}

/** How many jobs of each network have been paid for. */
export async function paid(client: Client): Promise<Readonly<Record<Network, number>>> {
  const { at } = ok(await client.admin('GET', `/organizations/${client.world.organizations.active}`));
  return { testnet: Number(at('/quota/used')), mainnet: (CREDITS - Number(at('/credits/mainnet'))) / PRICE };
}

export function byNetwork(jobs: readonly Job[]): Readonly<Record<Network, number>> {
  const count = (network: Network): number => jobs.filter((job) => job.network === network).length;
  return { testnet: count('testnet'), mainnet: count('mainnet') };
}

/** What a storm was answered before its callers lost their servers. */
export interface Storm {
  /** Transactions, by the job that they came of. */
  readonly accepted: ReadonlyMap<Job, string>;
  /** Jobs that somebody else had confirmed, as an answer said. */
  readonly refused: ReadonlySet<Job>;
  /** Of every answer. */
  readonly requestIds: readonly string[];
  /** Answers that a confirm cannot have here. */
  readonly strange: readonly string[];
  /** Whether any caller lost its server. */
  readonly broken: boolean;
}

const GROUPS = 4;
const CALLERS = 3;

/**
 * Confirms all jobs: several groups of callers begin at different places, and the callers of a group ask for the same job at once, each
 * at another client's server. A caller ends with its server.
 *
 * @param token Of every third caller.
 * @param onAccepted Told, with how many there are now, when a job is accepted.
 */
export async function stormOfConfirms(
  clients: readonly Client[],
  jobs: readonly Job[],
  token: string,
  onAccepted: (count: number) => void,
): Promise<Storm> {
  const accepted = new Map<Job, string>();
  const refused = new Set<Job>();
  const requestIds: string[] = [];
  const strange: string[] = [];
  let broken = false;
  const ask = async (client: Client, job: Job, caller: number): Promise<void> => {
    const seen = await confirm(client, job, caller === 0 ? token : undefined);
    requestIds.push(seen.headers.get('x-request-id') ?? '');
    if (seen.status === 404 && seen.at('/error/code') === NOT_PREPARED) refused.add(job);
    else if (seen.status !== 202 || accepted.has(job)) strange.push(`${job.id} ${seen.status} ${seen.text}`);
    else {
      accepted.set(job, String(seen.at('/transaction_id')));
      onAccepted(accepted.size);
    }
  };
  const call = async (group: number, caller: number): Promise<void> => {
    const client = clients[(group + caller) % clients.length] as Client;
    const first = Math.floor((group * jobs.length) / GROUPS);
    for (const job of [...jobs.slice(first), ...jobs.slice(0, first)]) {
      try {
        await ask(client, job, caller);
      } catch (error) {
        // What fetch says when the connection ends.
        if (!(error instanceof TypeError)) throw error;
        broken = true;
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: GROUPS * CALLERS }, (_, index) => call(Math.floor(index / CALLERS), index % CALLERS)));
  return { accepted, refused, requestIds, strange, broken };
}
