import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createAtsSandbox } from '../../mocks/ats/index.js';
import type { Mock } from '../../mocks/index.js';
import { mocks } from '../mock/support.js';
import { freePort } from '../support/ports.js';
import { ROOT } from '../support/cli.js';
import { EXAMPLES, gatedClock, run, runExample, type Example, type Ran } from './example-processes.js';
import { readPage, runShell } from './support.js';

const PAGE = readPage('docs/examples/README.md');
const STEPS = ['validating', 'preparing_transaction', 'signing', 'submitting', 'confirming', 'completed'];

describe('docs/examples', function () {
  this.timeout(30_000);
  const suite = mocks();
  let mock: Mock;
  before(async () => {
    mock = await suite.start();
  });
  after(() => suite.closeAll());
  beforeEach(() => mock.reset());

  for (const example of EXAMPLES) {
    describe(`in ${example.name}`, () => {
      const fails = async (said: RegExp, url = mock.url, env: Readonly<Record<string, string>> = {}): Promise<void> => {
        const { exitCode, error } = await runExample(example, url, env);
        expect({ exitCode, error }).to.deep.include({ exitCode: 1 });
        expect(error).to.match(said);
        expect(error).to.not.match(/Traceback|\n +at /);
      };

      it('registers a work and follows it to its end', async () => {
        const ran = await runExample(example, mock.url);
        expectSuccess(example, ran);
        await mock.received('initWork', { times: 1 });
        const exchanges = mock.journal.exchanges();
        expect(exchanges.filter(({ idempotencyKey }) => idempotencyKey !== undefined).map(({ operation }) => operation)).to.deep.equal([
          'initWork',
        ]);
        // Neither the storage nor whoever tells a transaction is shown the key.
        const others = exchanges.filter(({ operation }) => operation === undefined || operation === 'getTransaction');
        expect(new Set(others.map(({ operation }) => operation)).size).to.equal(2);
        expect([...new Set(others.map(({ caller }) => caller))]).to.deep.equal(['none']);
      });

      it('leaves no key behind', async () => {
        const created = new Set((await keysOf(mock)).map(({ id }) => id));
        await runExample(example, mock.url);
        const added = (await keysOf(mock)).filter(({ id }) => !created.has(id));
        expect(added.map(({ revoked_at }) => revoked_at !== null)).to.deep.equal([true]);
      });

      it('asks again when an upstream was down', async () => {
        mock.on('confirmWork').answers([503, 503, 'ok']);
        const ran = await runExample(example, mock.url);
        expectSuccess(example, ran);
        expect(ran.out.match(/^503 common\.service_unavailable.*; again in 30 s$/gm)).to.have.length(2);
        const answers = mock.journal.entries().filter(({ operation }) => operation === 'confirmWork');
        expect(answers.map(({ status }) => status)).to.deep.equal([503, 503, 202, 404]);
      });

      it('gives up when it stays down', async () => {
        mock.on('prepareWork').answers([503]);
        await fails(/503 common\.service_unavailable/);
        expect(mock.journal.entries().filter(({ operation }) => operation === 'prepareWork')).to.have.length(5);
      });

      it('says with what code it is refused', () => fails(/401 common\.unauthorized/, mock.url, { ATS_ADMIN: 'nobody' }));

      it('says what a gateway answers in the place of the API', async () => {
        mock.on('initWork').offContract('gateway-html-502');
        await fails(/502 (?:no|without a) code/);
      });

      it('says that nobody answers', async () => fails(/no answer from http:\/\/127\.0\.0\.1:\d+/, `http://127.0.0.1:${await freePort()}`));

      it('says that the chain has refused the work', async () => {
        await admin(mock, 'PUT', 'faults', { submission: 'the chain is full' });
        await fails(/the chain has refused the work: the chain is full/);
      });

      it('finds out that a job can be confirmed twice', async () => {
        const lying = await suite.start({
          sandbox: (context) => createAtsSandbox(context, { policies: { takeQuote: (quotes, id) => quotes.get(id) } }),
        });
        await fails(/the job was confirmed twice|the second confirm is 202/, lying.url);
      });

      it('works in a session, which is a base URL with a path', async () => {
        const { url } = (await admin(mock, 'POST', 'sessions')) as { url: string };
        const world = (await (await fetch(`${url}/__admin/world`)).json()) as Mock['world'];
        const ran = await runExample(example, url, { ATS_ORGANIZATION: world.organizations.active, ATS_ADMIN: world.admin });
        expectSuccess(example, ran);
      });

      if (!example.receives) return;

      it('books a webhook once, however often it comes', async () => {
        await admin(mock, 'PUT', 'webhooks/settings', { duplicates: 2 });
        const ran = await runExample(example, mock.url);
        expectSuccess(example, ran);
        const told = ran.out.match(/^webhook: .*$/gm) ?? [];
        const booked = `webhook: work_registered, work ${workIn(ran)}, signature verified`;
        expect(told.filter((line) => line === booked)).to.have.length(1);
        // The last of them may come when the work is done, or not in time.
        expect(told.length).to.be.within(2, 3);
        expect(new Set(told.filter((line) => line !== booked))).to.deep.equal(new Set(['webhook: work_registered once more, left alone']));
      });

      it('takes no webhook that the API has not signed just now', async () => {
        const port = await freePort();
        const { token, webhook_secret_base64: secret } = await newKey(mock, `http://127.0.0.1:${port}/webhooks/ats`);
        let statuses: Readonly<Record<string, number>> = {};
        const clock = await gatedClock(mock, async () => {
          statuses = await forge(port, secret, Math.floor(mock.clock.now() / 1000));
        });
        const own = { ATS_TOKEN: token, ATS_WEBHOOK_SECRET: secret, ATS_WEBHOOK_PORT: String(port), ATS_CLOCK: clock.url };
        const ran = await runExample(example, mock.url, own);
        clock.close();
        const { genuine, 'signed a while ago': late, ...forged } = statuses;
        expect([genuine, late]).to.deep.equal([204, 204]);
        expect(forged).to.deep.equal(Object.fromEntries(Object.keys(forged).map((name) => [name, 401])));
        expect(Object.keys(forged)).to.have.length(8);
        expectSuccess(example, ran);
      });

      it('says what it lacks', () => fails(/ATS_TOKEN needs its ATS_WEBHOOK_SECRET/, mock.url, { ATS_TOKEN: mock.world.tokens.active }));
    });
  }

  describe('README.md', () => {
    it('shows commands that work', async () => {
      const block = PAGE.blocks.find(({ text }) => text.startsWith('export ATS_CLOCK='));
      const script = block?.text.replaceAll('http://127.0.0.1:4010', mock.url) ?? '';
      const { exitCode, out, error } = await run(['bash', '-euc', script], { ATS_URL: mock.url });
      expect({ exitCode, error }).to.deep.equal({ exitCode: 0, error: '' });
      expect(out.match(/^on chain: /gm)).to.have.length(EXAMPLES.length);
      const without = PAGE.blocks.find(({ text }) => text === block?.text.replace(/^export .*\n/, ''));
      expect(without).to.not.equal(undefined);
    });

    it('tells the truth about the mock', async () => {
      const blocks = PAGE.blocks.filter(({ text }) => text.includes('# 20'));
      expect(blocks).to.have.length(1);
      const problems = await runShell(PAGE, blocks, { urls: new Map([['4010', mock.url]]) });
      expect(problems, problems.join('\n')).to.deep.equal([]);
    });

    it('names every variable that the programs read, and no others', () => {
      const read = EXAMPLES.flatMap(({ file }) => namesIn(readFileSync(join(ROOT, 'docs', 'examples', file), 'utf8')));
      expect(namesIn(PAGE.text)).to.deep.equal([...new Set(read)].sort());
    });
  });
});

function expectSuccess({ name, receives }: Example, ran: Ran): void {
  expect({ exitCode: ran.exitCode, error: ran.error }, ran.out).to.deep.equal({ exitCode: 0, error: '' });
  const polled = [...ran.out.matchAll(/^poll: (\w+)/gm)].map(([, step]) => step);
  expect([...new Set(polled)]).to.deep.equal(STEPS);
  expect(ran.out).to.match(/^confirm again: registration\.prepared_not_found/m);
  const work = workIn(ran);
  expect(ran.out).to.include(
    receives ? `webhook: work_registered, work ${work}, signature verified` : 'webhook: work_registered, signed, in the log',
  );
  if (name !== 'Node') return;
  const tracked = [...ran.out.matchAll(/^WebSocket: (\w+)/gm)].map(([, step]) => step);
  expect(tracked[0]).to.equal('connected');
  expect(tracked.at(-1)).to.equal('completed');
}

function workIn({ out }: Ran): string {
  return /^on chain: work (\d+) in block \d+$/m.exec(out)?.[1] ?? expect.fail(out);
}

function namesIn(text: string): string[] {
  return [...new Set(text.match(/\bATS_[A-Z_]+\b/g))].sort();
}

async function admin({ url }: Mock, method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(`${url}/__admin/${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  expect(answer.status, path).to.be.below(300);
  return answer.json();
}

async function asAdministrator<Answer>({ url, world }: Mock, method: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(`${url}/v1/organizations/${world.organizations.active}/api-keys`, {
    method,
    headers: { authorization: `Bearer ${world.admin}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as Answer;
}

function keysOf(mock: Mock): Promise<readonly { readonly id: string; readonly revoked_at: string | null }[]> {
  return asAdministrator(mock, 'GET');
}

function newKey(mock: Mock, webhook_url: string): Promise<{ readonly token: string; readonly webhook_secret_base64: string }> {
  return asAdministrator(mock, 'POST', { name: 'Backend', scopes: ['works:register'], webhook_url });
}

/** Webhooks of others, and two good ones; answers with which status each is answered. */
async function forge(port: number, secret: string, now: number): Promise<Readonly<Record<string, number>>> {
  const body = (id: string): string => `{"event": "work_registered",  "transaction_id": "${id}", "ats_id": 1}`;
  const sign = (text: string, unix: number, key = Buffer.from(secret, 'base64')): string =>
    `t=${unix},v1=${createHmac('sha256', key).update(`${unix}.${text}`).digest('hex')}`;
  const good = body('00000000-0000-4000-8000-000000000001');
  const hex = sign(good, now).slice(-64);
  const sent: Readonly<Record<string, readonly [signature: string | undefined, text: string]>> = {
    genuine: [sign(good, now), good],
    'signed a while ago': [sign(good, now - 290), good],
    'not signed': [undefined, good],
    'with a changed body': [sign(good, now), good.replace('"ats_id": 1', '"ats_id": 2')],
    'with the same JSON in other bytes': [sign(good, now), JSON.stringify(JSON.parse(good))],
    'with another secret': [sign(good, now, Buffer.alloc(32)), good],
    'with the secret as it is written': [sign(good, now, Buffer.from(secret)), good],
    'signed too long ago': [sign(good, now - 310), good],
    'with a time that was not signed': [`t=${now},v1=${sign(good, now - 310).slice(-64)}`, good],
    'with half a signature': [`t=${now},v1=${hex.slice(0, 32)}`, good],
  };
  const statuses: Record<string, number> = {};
  for (const [name, [signature, text]] of Object.entries(sent)) {
    const headers = { 'content-type': 'application/json', ...(signature === undefined ? {} : { 'x-allfeat-signature': signature }) };
    statuses[name] = (await fetch(`http://127.0.0.1:${port}/webhooks/ats`, { method: 'POST', headers, body: text })).status;
  }
  return statuses;
}
