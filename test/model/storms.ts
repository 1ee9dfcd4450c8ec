import { expect } from 'chai';
import type { Action, Caller, Init, SetOrganization, Settings } from './actions.js';
import type { Answer, Client, KnownWorld } from './world.js';

/** Many of one kind at once, where what must come of it is known beforehand. */
export interface Storm {
  readonly name: string;
  /** @param times How large it is, of its plain size. */
  run(client: Client, times?: number): Promise<void>;
}

/** What a job costs on mainnet. */
const PRICE = 67;
const NOT_PREPARED = '404 registration.prepared_not_found';

export const STORMS: readonly Storm[] = [
  {
    name: 'of 20 confirmations of one job at once, one is accepted and paid for',
    run: async (client, times = 1) => {
      const { world, caller } = await begin(client);
      const [job = ''] = await prepared(client, caller, 1, 'mainnet');
      const answers = await all(client, 20 * times, (): Action => ({ kind: 'confirm', ...caller, atsId: null, job }));
      expect(tally(answers)).to.deep.equal({ 202: 1, [NOT_PREPARED]: 20 * times - 1 });
      expect(await creditsOf(client, world)).to.equal(1_000_000 - PRICE);
    },
  },
  {
    name: 'of 20 confirmations of one version at once, one is accepted and paid for',
    run: async (client, times = 1) => {
      const { world, caller } = await begin(client);
      const version = { ...caller, atsId: world.works.active };
      const opened = await client.send({ ...newJob(version, 'mainnet'), upload: false });
      const { job_id: job } = opened.body as { readonly job_id: string };
      await must(client, { kind: 'prepare', ...version, job });
      const answers = await all(client, 20 * times, (): Action => ({ kind: 'confirm', ...version, job }));
      expect(tally(answers)).to.deep.equal({ 202: 1, [NOT_PREPARED]: 20 * times - 1 });
      expect(await creditsOf(client, world)).to.equal(1_000_000 - 37);
    },
  },
  {
    name: 'of 50 confirmations with credits for 7, 7 are accepted',
    run: async (client) => {
      const { world, caller } = await begin(client);
      const jobs = await prepared(client, caller, 50, 'mainnet');
      await set(client, world, { credits: { testnet: 0, mainnet: 7 * PRICE + 1 } });
      const answers = await all(client, 50, (index): Action => ({ kind: 'confirm', ...caller, atsId: null, job: jobs[index] ?? '' }));
      expect(tally(answers)).to.deep.equal({ 202: 7, '403 common.forbidden': 43 });
      expect(await creditsOf(client, world)).to.equal(1);
    },
  },
  {
    name: 'of 30 confirmations with a quota of 9, 9 are accepted',
    run: async (client) => {
      const { world, caller } = await begin(client);
      const jobs = await prepared(client, caller, 30, 'testnet');
      await set(client, world, { quota: { limit: 9, used: 0 } });
      const answers = await all(client, 30, (index): Action => ({ kind: 'confirm', ...caller, atsId: null, job: jobs[index] ?? '' }));
      expect(tally(answers)).to.deep.equal({ 202: 9, '429 common.quota_exceeded': 21 });
      const shown = await client.send({ kind: 'organization', id: world.organizations.active, settings: null });
      expect((shown.body as { quota: unknown }).quota).to.deep.equal({ limit: 9, used: 9 });
    },
  },
  {
    name: 'of 20 preparations of one job at once, one gives a quote',
    run: async (client, times = 1) => {
      const { caller } = await begin(client);
      const [job = ''] = await uploaded(client, caller, 1, 'testnet');
      const answers = await all(client, 20 * times, (): Action => ({ kind: 'prepare', ...caller, atsId: null, job }));
      expect(tally(answers)).to.deep.equal({ 200: 1, '404 registration.upload_session_not_found': 20 * times - 1 });
    },
  },
  {
    name: 'of 20 uploads to one URL at once, one is taken',
    run: async (client, times = 1) => {
      const { caller } = await begin(client);
      const opened = await client.send(newJob(caller, 'testnet'));
      const { upload_url: url } = opened.body as { readonly upload_url: string };
      const answers = await all(client, 20 * times, (): Action => ({ kind: 'upload', url, bytes: 100 }));
      expect(tally(answers)).to.deep.equal({ 200: 1, 403: 20 * times - 1 });
    },
  },
  {
    name: 'of 20 keys created at once where there is room for 4, 4 are created',
    run: async (client) => {
      const { world, administrator } = await begin(client);
      const answers = await all(client, 20, (): Action => ({
        kind: 'createKey',
        ...administrator,
        scopes: ['works:read'],
        maxFileSize: null,
      }));
      expect(tally(answers)).to.deep.equal({ 201: 4, '429 api_key.limit_reached': 16 });
      const listed = await client.send({ kind: 'listKeys', token: world.admin, organization: world.organizations.active });
      expect((listed.body as { revoked_at: string | null }[]).filter(({ revoked_at }) => revoked_at === null)).to.have.length(10);
    },
  },
  {
    name: 'of 20 requests with one Idempotency-Key at once, all get the answer of one, to the byte',
    run: async (client, times = 1) => {
      const { caller } = await begin(client);
      const answers = await all(client, 20 * times, () => newJob(caller, 'testnet', 'order-4711'));
      expect(tally(answers)).to.deep.equal({ 200: 20 * times });
      expect(new Set(answers.map(({ text }) => text)).size).to.equal(1);
    },
  },
  {
    name: 'a key that is revoked in the middle of 60 requests is refused ever after',
    run: async (client, times = 1) => {
      const { administrator } = await begin(client);
      const created = await client.send({ kind: 'createKey', ...administrator, scopes: ['works:register'], maxFileSize: null });
      const { id, token } = created.body as { readonly id: string; readonly token: string };
      const caller = { ...administrator, token };
      let isRevoked = false;
      const late: Answer[] = [];
      const workers = Array.from({ length: 6 }, async () => {
        for (let n = 0; n < 10 * times; n++) {
          const wasRevoked = isRevoked;
          const answer = await client.send(newJob(caller, 'testnet'));
          if (wasRevoked) late.push(answer);
        }
      });
      expect((await client.send({ kind: 'revokeKey', ...administrator, id })).status).to.equal(204);
      isRevoked = true;
      await Promise.all(workers);
      late.push(await client.send(newJob(caller, 'testnet')));
      expect(tally(late)).to.deep.equal({ '401 api_key.revoked': late.length });
    },
  },
  {
    name: 'in a storm of 100 jobs with 5 confirmations each, each job is confirmed once and is one work',
    run: confirmStorm,
  },
];

/** Exactly one 202 per job and 404 for the rest; as many debits, transactions and works as jobs. */
async function confirmStorm(client: Client, times = 1): Promise<void> {
  const { world, caller } = await begin(client);
  const count = 100 * times;
  const jobs = await prepared(client, { ...caller, ref: 'user-1' }, count, 'mainnet');
  // Far apart, so that those of one job meet at different loads.
  const answers = await all(client, 5 * count, (index): Action => ({
    kind: 'confirm',
    ...caller,
    atsId: null,
    job: jobs[index % count] ?? '',
  }));
  const perJob = jobs.map((_, at) => JSON.stringify(tally(answers.filter((__, index) => index % count === at))));
  expect([...new Set(perJob)]).to.deep.equal([JSON.stringify({ 202: 1, [NOT_PREPARED]: 4 })]);
  expect(await creditsOf(client, world)).to.equal(1_000_000 - count * PRICE);

  await client.send({ kind: 'advance', seconds: 12 });
  const ids = answers.flatMap(({ status, body }) => (status === 202 ? (body as { transaction_id: string }).transaction_id : []));
  const transactions = await all(client, ids.length, (index): Action => ({ kind: 'transaction', id: ids[index] ?? '' }));
  const numbers = transactions.map(({ body }) => (body as { result: { ats_id?: number } | null }).result?.ats_id);
  expect(new Set(numbers).size).to.equal(count);
  expect(numbers).to.not.include(undefined);
  const opened = await client.send({ kind: 'openSession', ...caller, ref: 'user-1' });
  const session = { ...caller, token: (opened.body as { token: string }).token };
  const listed = await client.send({ kind: 'listWorks', ...session, ref: 'user-1', network: 'mainnet' });
  expect((listed.body as { total_count: number }).total_count).to.equal(count);
}

async function begin(client: Client): Promise<{ readonly world: KnownWorld; readonly caller: Caller; readonly administrator: Caller }> {
  const { world } = await client.reset();
  const organization = world.organizations.active;
  return { world, caller: { token: world.tokens['active'], organization }, administrator: { token: world.admin, organization } };
}

function newJob(
  caller: Caller & { readonly atsId?: number; readonly ref?: string },
  network: 'testnet' | 'mainnet',
  idempotencyKey: string | null = null,
): Init {
  return { kind: 'init', atsId: null, upload: true, ref: null, flawed: false, ...caller, network, idempotencyKey };
}

async function uploaded(
  client: Client,
  caller: Caller & { readonly ref?: string },
  count: number,
  network: 'testnet' | 'mainnet',
): Promise<string[]> {
  const opened = await all(client, count, () => newJob(caller, network));
  const jobs = opened.map(({ body }) => body as { readonly job_id: string; readonly upload_url: string });
  const puts = await all(client, count, (index): Action => ({ kind: 'upload', url: jobs[index]?.upload_url ?? '', bytes: 100 }));
  expect(tally([...opened, ...puts])).to.deep.equal({ 200: 2 * count });
  return jobs.map(({ job_id }) => job_id);
}

async function prepared(
  client: Client,
  caller: Caller & { readonly ref?: string },
  count: number,
  network: 'testnet' | 'mainnet',
): Promise<string[]> {
  const jobs = await uploaded(client, caller, count, network);
  const quotes = await all(client, count, (index): Action => ({ kind: 'prepare', ...caller, atsId: null, job: jobs[index] ?? '' }));
  expect(tally(quotes)).to.deep.equal({ 200: count });
  return jobs;
}

function all(client: Client, count: number, actionOf: (index: number) => Action): Promise<Answer[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => client.send(actionOf(index))));
}

async function must(client: Client, action: Action): Promise<void> {
  expect(tally([await client.send(action)])).to.deep.equal({ 200: 1 });
}

async function set(client: Client, world: KnownWorld, settings: Settings): Promise<void> {
  const action: SetOrganization = { kind: 'organization', id: world.organizations.active, settings };
  await must(client, action);
}

/** On mainnet. */
async function creditsOf(client: Client, world: KnownWorld): Promise<number> {
  const { body } = await client.send({ kind: 'organization', id: world.organizations.active, settings: null });
  return (body as { credits: { mainnet: number } }).credits.mainnet;
}

/** How many answers there are of each kind. */
function tally(answers: readonly Answer[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { status, code } of answers) {
    const kind = code === undefined ? String(status) : `${status} ${code}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
