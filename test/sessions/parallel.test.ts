import { expect } from 'chai';
import { startMock, type Mock } from '../../mocks/index.js';
import { atsContract, send } from '../mock/support.js';
import { admin, begin, Client, ok, short, type Session } from './support.js';

const COUNT = 200;

/** What one user has scripted, and what the API does therefore. */
interface User {
  readonly number: number;
  readonly session: Session;
  readonly client: Client;
  readonly transactions: string[];
}

const REFUSALS = [
  'api_key.revoked',
  'registration.dry_run_failed',
  'common.service_unavailable',
  'registration.audio_too_large',
  'registration.upload_session_forbidden',
] as const;

/** Numbers as if drawn, the same each time. */
function* drawn(seed: number): Generator<number> {
  for (let state = seed; ;) yield (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648);
}

describe('sessions: 200 at once, each scripted differently', function () {
  this.timeout(60_000);
  let mock: Mock;
  let users: readonly User[];
  before(async () => {
    mock = await startMock({ contract: await atsContract() });
    users = await Promise.all(Array.from({ length: COUNT }, (_, number) => newUser(mock, number)));
  });
  after(() => mock.close());

  it('nothing leaks between them while their requests come mixed', async () => {
    const order = drawn(7);
    const tasks = users.flatMap((user) => stepsOf(user));
    // Steps of one user stay in their order, those of all are mixed, and many are under way at once.
    const queues = users.map((user) => tasks.filter(({ of }) => of === user));
    const worker = async (): Promise<void> => {
      for (;;) {
        const open = queues.filter((queue) => queue.length > 0);
        const queue = open[Number(order.next().value) % Math.max(1, open.length)];
        const task = queue?.shift();
        if (queue === undefined || task === undefined) return;
        const rest = queue.splice(0);
        await task.run();
        queue.push(...rest);
      }
    };
    const workers = Array.from({ length: 16 }, worker);
    await Promise.all(workers);
    expect(queues.every((queue) => queue.length === 0)).to.equal(true);
    for (const user of users) await judge(user);
    expect(mock.journal.total).to.equal(0);
    const all = users.flatMap(({ transactions }) => transactions);
    expect(new Set(all).size).to.equal(all.length);
    expect(all.length).to.be.above(COUNT / 2);
  });

  it('and what one has given out is unknown to all others', async () => {
    for (const [index, { session: own }] of users.entries()) {
      const { session, transactions } = users[(index + 1) % COUNT] as User;
      const stranger = new Client(own.url, session.world);
      const [id] = transactions;
      if (id !== undefined) expect(short(await stranger.transaction(id))).to.equal('404 transaction.not_found');
      expect(short(await stranger.init())).to.equal('401 api_key.not_found');
    }
  });

  it('and they are gone without trace once they have expired', async () => {
    const realNow = Date.now;
    Date.now = () => realNow() + 3_601_000;
    try {
      expect(ok(await admin(mock, 'GET', '/sessions')).at('/sessions')).to.deep.equal([]);
      for (const { session, transactions } of users) {
        expect(short(await new Client(session.url, session.world).init())).to.equal('404 failpath:unknown-session');
        expect(short(await new Client(mock.url, session.world).init())).to.equal('401 api_key.not_found');
        const [id] = transactions;
        if (id !== undefined) expect(short(await send(mock, 'GET', `/v1/transactions/${id}`))).to.equal('404 transaction.not_found');
      }
    } finally {
      Date.now = realNow;
    }
    const left = mock.journal.entries().filter((entry) => entry.session !== undefined);
    expect(left).to.deep.equal([]);
    expect(ok(await admin(mock, 'GET', '/rules')).at('/meta/total')).to.equal(0);
  });
});

async function newUser(mock: Mock, number: number): Promise<User> {
  const refusal = REFUSALS[number % REFUSALS.length];
  const session = await begin(mock, {
    seed: `user ${number}`,
    clock: { now: new Date(Date.UTC(2026, number % 12, 1 + (number % 28), 12)).toISOString(), frozen: true },
    rules: [
      // So many failures, and then it works.
      { on: 'prepareWork', answers: [...Array.from({ length: number % 4 }, () => refusal), 'ok'] },
      { on: 'getTransaction', when: { headers: { 'x-user': String(number) } }, answers: [503], uses: 1 },
      { on: 'listApiKeys', answers: [{ responds: { status: 200, json: { user: number } } }] },
    ],
  });
  const url = number % 3 === 0 ? mock.url : session.url;
  const headers: Record<string, string> = number % 3 === 0 && number % 2 === 0 ? { 'x-failpath-session': session.id } : {};
  return { number, session, client: new Client(url, session.world, headers), transactions: [] };
}

interface Task {
  readonly of: User;
  run(): Promise<void>;
}

/** What a user does, and what it has to be answered, whatever the others do. */
function stepsOf(user: User): Task[] {
  const { number, client, session, transactions } = user;
  const steered = new Client(session.url, session.world);
  let job_id = '';
  const answered = async (expected: string, ask: () => ReturnType<Client['ask']>): Promise<void> => {
    const seen = await ask();
    expect(short(seen), `user ${number}`).to.equal(expected);
  };
  const prepare = (): ReturnType<Client['ask']> => client.post('works/prepare', { job_id });
  const refusal = REFUSALS[number % REFUSALS.length] ?? '';
  const steps: (() => Promise<void>)[] = [
    async () => {
      ok(await steered.admin('PUT', `/organizations/${session.world.organizations.active}`, { credits: 100 + number, quota: 2 }));
    },
    async () => {
      job_id = await client.uploaded({ title: `Work of ${number}` });
    },
    ...Array.from({ length: number % 4 }, () => async () => {
      const { status } = await prepare();
      expect(status, `user ${number}: ${refusal}`).to.be.at.least(400);
    }),
    () => answered('200', prepare),
    ...(number % 5 === 0
      ? [
          async () => void ok(await steered.admin('POST', '/clock/advance', { seconds: 301 })),
          () => answered('404 registration.prepared_not_found', () => client.post('works/confirm', { job_id })),
        ]
      : [
          async () => {
            transactions.push(String(ok(await client.post('works/confirm', { job_id })).at('/transaction_id')));
          },
          () => answered('404 registration.prepared_not_found', () => client.post('works/confirm', { job_id })),
          () =>
            answered('503 common.service_unavailable', () =>
              client.ask('GET', `/v1/transactions/${transactions[0] ?? ''}`, undefined, { headers: { 'x-user': String(number) } }),
            ),
          async () => {
            const seconds = number % 2 === 0 ? 12 : 3;
            ok(await steered.admin('POST', '/clock/advance', { seconds }));
            const seen = ok(await client.transaction(transactions[0] ?? ''));
            expect(seen.at('/is_complete'), `user ${number}`).to.equal(seconds === 12);
          },
        ]),
  ];
  return steps.map((run) => ({ of: user, run }));
}

/** What is left of it all in the world of a user. */
async function judge({ number, session, client, transactions }: User): Promise<void> {
  const steered = new Client(session.url, session.world);
  const organization = ok(await steered.admin('GET', `/organizations/${session.world.organizations.active}`));
  expect(organization.at('/quota/used'), `user ${number}`).to.equal(transactions.length);
  expect(organization.at('/credits/testnet'), `user ${number}`).to.equal(100 + number);
  const seen = await client.ask('GET', client.organization('api-keys'), undefined, { token: session.world.admin });
  expect(seen.at('/user'), `user ${number}`).to.equal(number);
  const entries = ok(await steered.admin('GET', '/requests?limit=1000'));
  const sessions = new Set((entries.at('/requests') as { session: string }[]).map((entry) => entry.session));
  expect([...sessions]).to.deep.equal([session.id]);
  const titles = entries.text.match(/Work of \d+/g) ?? [];
  expect(new Set(titles).size, titles.join(', ')).to.equal(1);
}
