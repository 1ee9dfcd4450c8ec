import { expect } from 'chai';
import { loadContract, type Contract } from '../../spec/index.js';
import { join } from 'node:path';
import { ROOT } from '../support/cli.js';
import { createCompiler, type Compiler } from './compiler.js';

const HEAD = `
import { createBuilder } from '../../mocks/script/builder.js';
import type { LooseApi, Scripting } from '../../mocks/script/builder-types.js';
import type { Mock } from '../../mocks/index.js';
import type { Api, Code, Details, ExampleName, OperationId } from '../../mocks/ats/types.js';
declare const mock: Scripting<Api>;
declare const running: Mock<undefined, Api>;
declare const looselyRunning: Mock<undefined, LooseApi>;
declare const loose: Scripting;
declare const job_id: string;
`;

/** What is said first of what the compiler complains about. */
type Refusal = readonly [program: string, at: string, says: readonly string[]];

const GOOD: Readonly<Record<string, string>> = {
  'a failure with details, twice, then nothing': `
    mock.on('prepareWork').fails('registration.dry_run_failed', { reason: 'no funds' }).times(2).then().passes();`,
  'details in part': `mock.on('prepareWork').fails('registration.audio_too_large', { max_bytes: 1 });`,
  'a failure without details of its own, and a message': `mock.on('initWork').fails('api_key.revoked', {}, 'No longer.');`,
  'a list, its end, and a match': `
    mock.on('confirmWork', { identity: 'active', body: { contains: { job_id } } }).answers([503, 503, 'ok']).repeatLast();
    mock.on('confirmWork').answers(['common.quota_exceeded', { fails: 'common.forbidden', details: { network: 'testnet' } }, { responds: { status: 418 } }]).cycle();
    mock.on('confirmWork').answers([]).failAfterwards();`,
  'what else can be answered': `
    mock.on('initWork').resets();
    mock.on('initWork').delays(200).passes();
    mock.on('initWork').delays('2s').delays({ uniform: [10, 20] });
    mock.on('initWork').responds({ status: 502, body: '<html>' });
    mock.on('initWork').offContract('gateway-html-502');
    mock.on('initWork').fault({ type: 'limit_data', bytes: 20 }).then().fault('empty-response');
    mock.on('initWork').proxies('https://ats.example.org');
    mock.on('getTransaction').example('transactionFailed').then().example('transaction.not_found');`,
  'what it takes': `
    mock.on('initWork').named('flaky').during('5m').withProbability(0.2, 'seed').inScenario('outage', { is: 'Started', becomes: 'over' })
      .priority(1).perIdempotencyKey().passes();
    mock.on('initWork').passes().named('flaky').during(500).withProbability(0.2).inScenario('outage', {}).priority(1).perIdempotencyKey();`,
  'several operations at once, each with all codes': `
    mock.onAny({ on: ['initWork', 'init*'], method: 'POST' }).fails('registration.dry_run_failed', { reason: 'x' });
    mock.onAny({ path: '/elsewhere' }).responds({ status: 404 });
    mock.onAny().answers([503, 'ok']);`,
  'awaiting a chain gives its rule': `
    export async function arm() {
      const rule = await mock.on('initWork').passes();
      const id: string = rule.id;
      return id;
    }
    export const begin = async () => mock.on('initWork').passes();
    export const all = Promise.all([mock.on('initWork').passes()]).then(([rule]) => rule.id);
    export const next = (async () => (await mock.on('initWork').passes().then()).passes())();`,
  'codes that are one of several': `
    for (const code of ['common.not_found', 'common.service_unavailable'] as const) mock.on('revokeApiKey').fails(code);
    const each: Code<'revokeApiKey'>[] = ['common.not_found'];
    for (const code of each) mock.on('revokeApiKey').fails(code);`,
  'what generated types are good for by themselves': `
    export const id: OperationId = 'initWork';
    export const code: Code = 'work.not_found';
    export const details: Details<'registration.audio_too_large'> = { size_bytes: 2, max_bytes: 1 };
    export const one: Details<'common.not_found', 'revokeApiKey'> = { resource: 'api_key' };
    export const names: ExampleName<'getTransaction'>[] = ['transactionCompleted', 'common.service_unavailable'];`,
  'what has arrived, by operation, pattern or query': `
    void running.received('prepareWork', { times: 3, operation: ['init*'] });
    void running.received('prepare*');
    void running.waitFor({ operation: ['initWork', 'confirm?ork'], status: 503 }, { within: 5 });
    void looselyRunning.received('anything');`,
  'what breaks the contract, in a list': `mock.on('initWork').answers([{ offContract: 'truncated-json' }]);`,
  'any text without generated types': `
    loose.on('what').fails('ever', { some: 1 }).then().answers([418, 'code', 'ok', { fails: 'x', details: { y: 1 } }]).then().example('z');
    export const arm = (operation: string, code: string): string => loose.on(operation).fails(code).rule.id;
    createBuilder({ contract: null as never, add: () => undefined }).on('anything').passes();`,
};

const BAD: Readonly<Record<string, Refusal>> = {
  'a wrong operation': [`mock.on('prepareWrk').passes();`, `'prepareWrk'`, ['"initWork"', '"prepareWork"', '"confirmWork"']],
  'a misspelled code': [
    `mock.on('prepareWork').fails('registration.dry_run_faild');`,
    `'registration.dry_run_faild'`,
    [
      'registration.upload_session_forbidden',
      'registration.upload_session_not_found',
      'registration.audio_too_large',
      'registration.audio_empty',
      'registration.commitment_invalid',
      'registration.dry_run_failed',
    ].map((code) => `"${code}"`),
  ],
  "another operation's code": [
    `mock.on('initWork').fails('registration.dry_run_failed', { reason: 'no funds' });`,
    `'registration.dry_run_failed'`,
    ['"registration.title_required"', '"registration.filename_required"', '"registration.creators_required"'],
  ],
  'a code of no known domain': [
    `mock.on('listApiKeys').fails('nope');`,
    `'nope'`,
    ['"common.unauthorized"', '"common.not_found"', '"common.service_unavailable"'],
  ],
  'a wrong member of the details': [
    `mock.on('prepareWork').fails('registration.dry_run_failed', { reson: 'no funds' });`,
    'reson',
    [`'reson' does not exist in type '{ readonly reason?: string; }'`, "Did you mean to write 'reason'?"],
  ],
  'a wrong member among several': [
    `mock.on('prepareWork').fails('registration.audio_too_large', { bytes: 1 });`,
    'bytes',
    ['{ readonly size_bytes?: number; readonly max_bytes?: number; }'],
  ],
  'a member of the wrong type': [
    `mock.on('prepareWork').fails('registration.dry_run_failed', { reason: 7 });`,
    'reason',
    [`Type 'number' is not assignable to type 'string'`],
  ],
  'a wrong member inside of the details': [
    `mock.on('initWork').fails('common.validation_failed', { fields: [{ pointer: '/title', mesage: '' }] });`,
    'mesage',
    ["Did you mean to write 'message'?"],
  ],
  'a status that is none of its failures': [`mock.on('revokeApiKey').answers([418, 'ok']);`, '418', ['401', '404', '503']],
  'a wrong code in a list': [
    `mock.on('revokeApiKey').answers([503, 'common.not_fund']);`,
    `'common.not_fund'`,
    ['"common.unauthorized"', '"common.not_found"', '"common.service_unavailable"', `Did you mean '"common.not_found"'?`],
  ],
  'a wrong code in full in a list': [
    `mock.on('prepareWork').answers([{ fails: 'registration.audio_emty' }]);`,
    'fails',
    ['"registration.audio_empty"'],
  ],
  'wrong details in full in a list': [
    `mock.on('prepareWork').answers([{ fails: 'registration.dry_run_failed', details: { reson: '' } }]);`,
    'reson',
    [`'{ readonly reason?: string; }'`, "Did you mean to write 'reason'?"],
  ],
  'a wrong example': [`mock.on('prepareWork').example('quote');`, `'quote'`, ['"registrationQuote"']],
  'a wrong profile': [`mock.on('prepareWork').offContract('html');`, `'html'`, ['"gateway-html-502"', '"message-changed"']],
  'a wrong profile in a list': [`mock.on('prepareWork').answers([{ offContract: 'gateway' }]);`, 'offContract', ['"gateway-html-502"']],
  'a wrong operation of what has arrived': [`void running.received('prepareWrok');`, `'prepareWrok'`, ['OperationName<Api>']],
  'a wrong operation of what is waited for': [`void running.waitFor({ operation: 'prepareWrok' });`, 'operation', ['"prepareWork"']],
  'a wrong member of an expectation': [`void running.received('prepareWork', { tims: 3 });`, 'tims', ["Did you mean to write 'times'?"]],
  'a wrong fault': [`mock.on('prepareWork').fault('reset');`, `'reset'`, ['"connection-reset"', '"timeout"']],
  'a wrong duration': [`mock.on('prepareWork').during('5 minutes').passes();`, `'5 minutes'`, ['${number}m']],
  'a wrong member of the match': [
    `mock.on('prepareWork', { identiy: 'active' }).passes();`,
    'identiy',
    ["Did you mean to write 'identity'?"],
  ],
  'a wrong operation in a match': [`mock.onAny({ on: 'initWrk' }).passes();`, 'on', ['"initWork"', `Did you mean '"initWork"'?`]],
  'a code that no operation has': [`mock.onAny().fails('transaction.nope');`, `'transaction.nope'`, ['"transaction.not_found"']],
  'an answer without a word in between': [
    `mock.on('prepareWork').passes().passes();`,
    'passes',
    [`'passes' does not exist on type 'Answered`],
  ],
  'how many times, of nothing': [`mock.on('prepareWork').times(2);`, 'times', [`'times' does not exist on type 'When`]],
  'any text where the types are known': [
    `export const arm = (code: string) => mock.on('revokeApiKey').fails(code);`,
    'code',
    ['"common.unauthorized"', '"common.not_found"', '"common.service_unavailable"'],
  ],
};

describe('a script in an editor', function () {
  // The first program brings along everything that a mock is made of.
  this.timeout(30_000);
  let compiler: Compiler;
  let contract: Contract;

  before(async () => {
    compiler = createCompiler();
    contract = await loadContract(join(ROOT, 'openapi.yaml'));
  });

  const codesOf = (operation: string): string[] => contract.operation(operation)?.failures.map(({ code }) => code) ?? [];

  describe('compiles', () => {
    for (const [what, program] of Object.entries(GOOD)) {
      it(what, () => expect(compiler.complaints(HEAD + program)).to.deep.equal([]));
    }
  });

  describe('does not compile, and the message names what does:', () => {
    for (const [what, [program, at, says]] of Object.entries(BAD)) {
      it(what, () => {
        const complaints = compiler.complaints(HEAD + program);
        expect(complaints, JSON.stringify(complaints)).to.have.length(1);
        expect(complaints[0]?.at).to.equal(at);
        for (const part of says) expect(complaints[0]?.says).to.include(part);
      });
    }
  });

  describe('is completed:', () => {
    const offers = (program: string): string[] => compiler.completions(HEAD + program).toSorted();

    it('the operations', () => {
      expect(offers(`mock.on('¦')`)).to.deep.equal(contract.operations.map(({ id }) => id).toSorted());
    });

    for (const operation of ['prepareWork', 'getTransaction']) {
      it(`the codes of ${operation}`, () => {
        expect(offers(`mock.on('${operation}').fails('¦')`)).to.deep.equal(codesOf(operation).toSorted());
      });

      it(`the codes of ${operation}, begun and unfinished`, () => {
        expect(offers(`mock.on('${operation}').fails('common.¦`)).to.deep.equal(codesOf(operation).toSorted());
      });

      it(`the codes of ${operation} in a list, and ok`, () => {
        expect(offers(`mock.on('${operation}').answers([503, '¦'])`)).to.deep.equal([...codesOf(operation), 'ok'].toSorted());
      });

      it(`the codes of ${operation} in a list, in full`, () => {
        expect(offers(`mock.on('${operation}').answers([503, { fails: '¦' }])`)).to.deep.equal(codesOf(operation).toSorted());
      });
    }

    it('the members of the details, and then those that are left', () => {
      const begun = `mock.on('prepareWork').fails('registration.audio_too_large', {`;
      expect(offers(`${begun} ¦ })`)).to.deep.equal(['max_bytes', 'size_bytes']);
      expect(offers(`${begun} size_bytes: 1, ¦`)).to.deep.equal(['max_bytes']);
    });

    it('the members inside of the details', () => {
      expect(offers(`mock.on('initWork').fails('common.validation_failed', { fields: [{ ¦`)).to.deep.equal(['message', 'pointer']);
    });

    it('the members of the details in a list', () => {
      expect(offers(`mock.on('prepareWork').answers([{ fails: 'registration.dry_run_failed', details: { ¦`)).to.deep.equal(['reason']);
    });

    it('the examples', () => {
      const successes = ['transactionCompleted', 'transactionFailed', 'transactionSubmitting'];
      expect(offers(`mock.on('getTransaction').example('¦')`)).to.deep.equal([...successes, ...codesOf('getTransaction')].toSorted());
    });

    it('only what can come next', () => {
      const answers = ['answers', 'example', 'fails', 'fault', 'offContract', 'passes', 'proxies', 'resets', 'responds'];
      expect(offers(`mock.on('initWork').passes().then().¦`)).to.deep.equal(answers);
      expect(offers(`mock.on('initWork').¦`))
        .to.include.members([...answers, 'delays', 'named'])
        .and.not.include('then');
      expect(offers(`mock.on('initWork').passes().¦`)).to.include.members(['then', 'times', 'cycle']).and.not.include('fails');
    });
  });

  describe('tells whoever points at', () => {
    it('a member of the details what it means', () => {
      const shown = compiler.hover(`${HEAD} mock.on('prepareWork').fails('registration.audio_too_large', { size_bytes¦: 1 })`);
      expect(shown).to.equal('(property) size_bytes?: number\nThe size of the uploaded audio in bytes.');
    });

    it('a code its title, its causes, and whether to try again', () => {
      const shown = compiler.hover(`${HEAD} export type Quota = Api['confirmWork']['failures']['common.quota_exceeded¦'];`);
      expect(shown).to.include('429 Quota exceeded. Cause: quota reached. Retry: when Retry-After says.');
    });
  });
});
