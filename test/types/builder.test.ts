/* oxlint-disable promise/valid-params -- then() without arguments is a word of scripts */
import { expect } from 'chai';
import { join } from 'node:path';
import type { Api } from '../../mocks/ats/types.js';
import { startMock, type Mock } from '../../mocks/index.js';
import { createBuilder, createScripts, type Rule, type Scripting, type Scripts } from '../../mocks/script/index.js';
import { InputError, loadContract, type Contract } from '../../spec/index.js';
import { ROOT } from '../support/cli.js';

describe('a script in TypeScript', () => {
  let contract: Contract;
  let added: Rule[];
  let mock: Scripting<Api>;

  before(async () => (contract = await loadContract(join(ROOT, 'openapi.yaml'))));

  beforeEach(() => {
    added = [];
    mock = createBuilder<Api>({ contract, add: (rule) => added.push(rule) });
  });

  /** The rule as it stands in the end. */
  const last = (): Rule => added.at(-1) ?? expect.fail('No rule was added.');
  const refusal = (work: () => unknown): string => {
    try {
      work();
    } catch (error) {
      if (error instanceof InputError) return error.message;
      throw error;
    }
    return expect.fail('Nothing was refused.');
  };

  describe('is a rule', () => {
    it('from its first answer on, and the same one with all that is added', () => {
      const when = mock.on('prepareWork', { identity: 'active' });
      expect(added).to.have.length(0);
      when.fails('registration.dry_run_failed', { reason: 'no funds' }).named('funds').priority(1);
      expect(added.map(({ name, priority }) => [name, priority])).to.deep.equal([
        [undefined, 5],
        ['funds', 5],
        ['funds', 1],
      ]);
      expect(new Set(added.map(({ id }) => id)).size).to.equal(1);
      expect(last()).to.deep.equal({
        id: 'code-1',
        name: 'funds',
        priority: 1,
        match: { on: 'prepareWork', identity: 'active' },
        answers: [{ fails: 'registration.dry_run_failed', details: { reason: 'no funds' } }],
        end: 'repeat-last',
        perIdempotencyKey: false,
        delay: undefined,
        uses: undefined,
        lastsMs: undefined,
        probability: undefined,
        seed: undefined,
        scenario: undefined,
        source: 'code',
      });
    });

    it('of its own each time', () => {
      const ids = [mock.on('initWork').passes(), mock.on('initWork').passes(), mock.onAny().passes()].map(({ rule }) => rule.id);
      expect(new Set(ids).size).to.equal(3);
    });

    it('that does not change once it was handed on', () => {
      const first = mock.on('initWork').passes();
      const before = first.rule;
      first.named('later');
      expect(before.name).to.equal(undefined);
      expect(Object.isFrozen(before)).to.equal(true);
    });

    it('with everything that was said before its answer', () => {
      mock
        .on('initWork')
        .during('5m')
        .withProbability(0.2, 7)
        .inScenario('outage', { is: 'Started', becomes: 'over' })
        .perIdempotencyKey()
        .delays('2s')
        .responds({ status: 502, body: '<html>' });
      expect(added.map(({ answers }) => answers)).to.deep.equal([[{ passes: true }], [{ responds: { status: 502, body: '<html>' } }]]);
      expect(last()).to.deep.include({ lastsMs: 300_000, probability: 0.2, seed: '7', perIdempotencyKey: true, delay: 2_000 });
      expect(last().scenario).to.deep.equal({ name: 'outage', is: 'Started', becomes: 'over' });
    });

    it('even if it only delays', () => {
      mock.on('initWork').delays({ uniform: [10, 20] });
      expect(last()).to.deep.include({ answers: [{ passes: true }], delay: { uniform: [10, 20] } });
    });

    it('for any request', () => {
      mock.onAny({ on: ['initWork', 'prepare*'], method: 'POST' }).fails('common.service_unavailable');
      expect(last().match).to.deep.equal({ on: ['initWork', 'prepare*'], method: 'POST' });
      mock.onAny().resets();
      expect(last().match).to.deep.equal({});
    });
  });

  describe('answers', () => {
    const failing = { fails: 'common.service_unavailable' } as const;
    const passing = { passes: true } as const;

    it('for ever, if nothing else is said', () => {
      mock.on('initWork').fails('common.service_unavailable');
      expect(last()).to.deep.include({ answers: [failing], uses: undefined, end: 'repeat-last' });
    });

    it('so many times, and no more', () => {
      mock.on('initWork').fails('common.service_unavailable').times(3);
      expect(last()).to.deep.include({ answers: [failing], uses: 3 });
    });

    it('so many times, and then something else for ever', () => {
      mock.on('initWork').fails('common.service_unavailable').times(2).then().passes();
      expect(last()).to.deep.include({ answers: [failing, failing, passing], uses: undefined, end: 'repeat-last' });
    });

    it('so many times each', () => {
      mock.on('initWork').fails('common.service_unavailable').times(2).then().passes().times(1);
      expect(last()).to.deep.include({ answers: [failing, failing, passing], uses: 3 });
    });

    it('so many times for each key, and then lets the request through', () => {
      mock.on('initWork').fails('common.service_unavailable').times(2).perIdempotencyKey();
      expect(last()).to.deep.include({ answers: [failing, failing, passing], uses: undefined, perIdempotencyKey: true });
    });

    it('in rounds, or to the end', () => {
      mock.on('initWork').fails('common.service_unavailable').times(2).then().passes().times(1).cycle();
      expect(last()).to.deep.include({ answers: [failing, failing, passing], uses: undefined, end: 'cycle' });
      mock.on('initWork').passes().times(2).failAfterwards();
      expect(last()).to.deep.include({ answers: [passing, passing], uses: undefined, end: 'fail' });
      mock.on('initWork').answers([503, 'ok']).repeatLast();
      expect(last()).to.deep.include({ uses: undefined, end: 'repeat-last' });
    });

    it('a list of statuses, codes and answers, which can be repeated as a whole', () => {
      const steps = [503, 'ok', 'common.bad_request', { responds: { status: 418 } }] as const;
      const answers = [{ status: 503 }, passing, { fails: 'common.bad_request' }, { responds: { status: 418 } }];
      mock.on('initWork').answers(steps);
      expect(last().answers).to.deep.equal(answers);
      mock.on('initWork').answers(steps).times(2).then().passes();
      expect(last().answers).to.deep.equal([...answers, ...answers, passing]);
    });

    it('in every way there is', () => {
      const chain = mock
        .on('getTransaction')
        .fails('transaction.not_found', {}, 'Gone.')
        .then()
        .example('transactionFailed')
        .then()
        .resets()
        .then()
        .fault('timeout')
        .then()
        .fault({ type: 'limit_data', bytes: 3 })
        .then()
        .offContract('truncated-json')
        .then()
        .proxies('https://ats.example.org');
      expect(chain.rule.answers).to.deep.equal([
        { fails: 'transaction.not_found', details: {}, message: 'Gone.' },
        { example: 'transactionFailed' },
        { fault: { type: 'CONNECTION_RESET_BY_PEER' } },
        { fault: { type: 'timeout', timeoutMs: 0 } },
        { fault: { type: 'limit_data', bytes: 3 } },
        { offContract: 'truncated-json' },
        { proxies: 'https://ats.example.org' },
      ]);
    });
  });

  describe('may be awaited:', () => {
    it('a chain turns out to be its rule', async () => {
      const rule: Rule = await mock.on('initWork').passes().times(2);
      expect(rule).to.deep.equal(last());
      expect(rule).not.to.have.property('then');
    });

    it('returned from an async function, and in Promise.all', async () => {
      const arm = async (): Promise<Rule> => mock.on('initWork').passes();
      expect(await arm()).to.deep.equal(last());
      expect(await Promise.all([mock.on('initWork').passes(), Promise.resolve(1)])).to.deep.equal([last(), 1]);
    });

    it('with callbacks, as promises are', async () => {
      expect(
        await mock
          .on('initWork')
          .passes()
          .then(({ id }) => id),
      ).to.equal('code-1');
      expect(
        await mock
          .on('initWork')
          .passes()
          .then(undefined, () => 'refused'),
      ).to.deep.equal(last());
      const failing = mock
        .on('initWork')
        .passes()
        .then(() => {
          throw new Error('in the callback');
        });
      expect(await failing.catch((error: unknown) => (error as Error).message)).to.equal('in the callback');
    });

    it('what is unfinished stays what it is', async () => {
      const when = mock.on('initWork');
      expect(await Promise.resolve(when)).to.equal(when);
      const next = mock.on('initWork').passes().then();
      expect(await Promise.resolve(next)).to.equal(next);
    });
  });

  describe('is refused at once', () => {
    const impossible: Readonly<Record<string, readonly [(from: Scripting) => unknown, RegExp]>> = {
      'an operation that there is not': [({ on }) => on('prepareWrk'), /no operation "prepareWrk"[^]*Did you mean prepareWork\?/],
      'an operation that is like none': [({ on }) => on('zzz'), /no operation "zzz"[^]*Say one of initWork, prepareWork,/],
      'no times at all': [({ on }) => on('initWork').passes().times(0), /times\(0\) is not possible[^]*from 1 to 10000/],
      'half a time': [({ on }) => on('initWork').passes().times(1.5), /times\(1\.5\)/],
      'a sequence without end': [
        ({ on }) => on('initWork').answers([503, 'ok']).times(9_000),
        /a sequence of 18000 answers[^]*at most 10000/,
      ],
      'an empty list': [({ on }) => on('initWork').answers([]), /the list of answers is empty[^]*at least one/],
      'a step that is none': [({ on }) => on('initWork').answers([['ok'] as never]), /ok is no answer[^]*a status, a code, ok/],
      'a duration that is none': [({ on }) => on('initWork').during('5 minutes' as '5m'), /"5 minutes" is no duration[^]*'5m'/],
      'a share above all': [({ on }) => on('initWork').withProbability(20), /a probability of 20[^]*from 0 to 1/],
      'a share that is no number': [({ on }) => on('initWork').withProbability(NaN), /a probability of NaN/],
      'a fraction of a priority': [({ on }) => on('initWork').priority(0.5), /priority\(0\.5\)[^]*the lowest is asked first/],
      'a fault that there is not': [({ on }) => on('initWork').fault('reset' as 'timeout'), /there is no fault "reset"/],
    };
    for (const [what, [work, why]] of Object.entries(impossible)) {
      it(what, () => expect(refusal(() => work(mock as unknown as Scripting))).to.match(why));
    }

    it('and what was said before stands', () => {
      const chain = mock.on('initWork').passes();
      refusal(() => chain.times(0));
      chain.named('still here');
      expect(last()).to.deep.include({ name: 'still here', answers: [{ passes: true }], uses: undefined });
    });
  });

  describe('in use', () => {
    let scripts: Scripts;
    let loose: Scripting;

    beforeEach(() => {
      scripts = createScripts({ contract, clock: { now: () => 0 } });
      loose = createBuilder({ contract, add: (rule) => scripts.add(rule) });
    });

    it('is one rule, however long the chain', () => {
      loose.on('initWork').fails('common.service_unavailable').times(2).then().passes().named('flaky').cycle();
      expect(scripts.rules.map(({ name, end }) => [name, end])).to.deep.equal([['flaky', 'cycle']]);
    });

    it('knows any operation by a pattern', () => {
      loose.on('prepare*').fails('common.service_unavailable');
      expect(scripts.rules[0]?.match).to.deep.equal({ on: 'prepare*' });
    });

    it('is judged by the contract, and what is refused leaves nothing behind', () => {
      const when = loose.on('prepareWork');
      expect(refusal(() => when.fails('registration.dry_run_faild'))).to.include('registration.dry_run_failed');
      expect(refusal(() => when.fails('registration.dry_run_failed', { reason: 7 }))).to.include('reason');
      expect(refusal(() => when.answers([418]))).to.include('418');
      expect(scripts.rules).to.deep.equal([]);
      const chain = when.fails('registration.dry_run_failed');
      expect(refusal(() => chain.then().example('nope'))).to.include('nope');
      expect(scripts.rules.map(({ answers }) => answers)).to.deep.equal([[{ fails: 'registration.dry_run_failed' }]]);
    });
  });

  describe('over a socket', () => {
    let server: Mock;

    before(async () => (server = await startMock()));
    afterEach(() => server.reset());
    after(() => server.close());

    const ask = async (): Promise<string> => {
      const answer = await fetch(`${server.url}/v1/transactions/unknown`);
      const { error } = (await answer.json()) as { error?: { code: string } };
      return `${answer.status} ${error?.code ?? ''}`;
    };

    it('fails twice, and then does what it would have done', async () => {
      server.on('getTransaction').fails('common.service_unavailable').times(2).then().passes();
      const answers = [await ask(), await ask(), await ask(), await ask()];
      const [failing, passing] = ['503 common.service_unavailable', '404 transaction.not_found'];
      expect(answers).to.deep.equal([failing, failing, passing, passing]);
    });

    it('answers a list, and nothing that was not expected', async () => {
      server.on('getTransaction').answers([503, 'ok']).failAfterwards();
      expect([await ask(), await ask(), await ask()].map((answer) => answer.slice(0, 3))).to.deep.equal(['503', '404', '501']);
    });

    it('answers the details that it was told', async () => {
      server.onAny({ on: 'listApiKeys' }).fails('common.not_found', { resource: 'shelf' });
      const answer = await fetch(`${server.url}/v1/organizations/x/api-keys`);
      expect(await answer.json()).to.have.nested.property('error.details.resource', 'shelf');
    });
  });
});
