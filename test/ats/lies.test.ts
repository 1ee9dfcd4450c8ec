import { expect } from 'chai';
import { OPERATIONS, POLICIES, RULES, type Replacements, type RuleName } from '../../mocks/ats/index.js';
import { createAtsSandbox } from '../../mocks/ats/sandbox.js';
import { createClock } from '../../mocks/clock.js';
import { InputError, type Contract, type Operation } from '../../spec/index.js';
import { CAUSES } from './causes.js';
import { Ats, contract, NEW_WORK, ok, type Seen } from './harness.js';
import { send, valid } from './requests.js';

const never = (): undefined => undefined;
const without = (...rules: RuleName[]): Replacements => ({ rules: Object.fromEntries(rules.map((rule) => [rule, never])) });

async function reached(lies: Replacements, operation: string, code: string, cause: string): Promise<Seen> {
  const ats = new Ats(lies);
  ats.clock.freeze();
  const reach = CAUSES[code]?.[cause];
  if (reach === undefined) throw new Error(`No way to ${code} by ${cause}.`);
  return reach(ats, await valid(ats, operation));
}

const change = (changes: Partial<Contract>): Contract => ({ ...contract, ...changes });

describe('ats sandbox: a replaced rule lies about just that', () => {
  const cases: readonly [Replacements, string, string, string][] = [
    [without('revokedKey'), 'initWork', 'api_key.revoked', 'revoked'],
    [without('otherOrganization'), 'initWork', 'api_key.org_mismatch', 'another organization'],
    [without('inactiveOrganization'), 'initWork', 'api_key.org_inactive', 'inactive'],
    [without('missingScope'), 'confirmWork', 'api_key.scope_denied', 'missing scope'],
    [without('upstreamDown'), 'listApiKeys', 'common.service_unavailable', 'upstream down'],
    [without('idempotencyConflict'), 'initWork', 'common.bad_request', 'Idempotency-Key reused'],
    [without('workOwned'), 'initVersion', 'work.access_forbidden', 'another organization'],
    [without('sessionOwned'), 'prepareWork', 'registration.upload_session_forbidden', 'another organization'],
    [without('sessionPath'), 'prepareWork', 'registration.upload_session_not_found', 'of another path'],
    [without('quoteOwned'), 'confirmWork', 'registration.prepared_forbidden', 'another organization'],
    [without('quotePath'), 'confirmWork', 'registration.prepared_not_found', 'of another path'],
    [without('audioPresent'), 'prepareWork', 'registration.audio_empty', 'nothing uploaded'],
    [without('audioFits'), 'prepareWork', 'registration.audio_too_large', 'over the maximum'],
    [without('commitmentValid'), 'prepareWork', 'registration.commitment_invalid', 'own commitment refused'],
    [without('dryRunPasses'), 'prepareWork', 'registration.dry_run_failed', 'refused by the chain'],
    [without('quotaLeft'), 'confirmWork', 'common.quota_exceeded', 'quota reached'],
    [without('creditsSuffice'), 'confirmWork', 'common.forbidden', 'too few credits'],
    [without('keysLeft'), 'createApiKey', 'api_key.limit_reached', 'limit reached'],
    [without('keyOwned'), 'revokeApiKey', 'common.not_found', 'key of another organization'],
    [without('body'), 'initWork', 'registration.title_required', 'blank'],
    [without('notAdministrator'), 'createApiKey', 'common.unauthorized', 'an API key'],
    [without('noCredential', 'unknownToken', 'missingScope'), 'initWork', 'common.unauthorized', 'none'],
    [{ policies: { uploadLives: () => true } }, 'prepareWork', 'registration.upload_session_not_found', 'expired'],
    [{ policies: { quoteLives: () => true } }, 'confirmWork', 'registration.prepared_not_found', 'expired'],
    [{ policies: { takeSession: (table, id) => table.get(id) } }, 'prepareWork', 'registration.upload_session_not_found', 'consumed'],
    [{ policies: { takeQuote: (table, id) => table.get(id) } }, 'confirmWork', 'registration.prepared_not_found', 'confirmed already'],
    [{ policies: { sizeAllowed: (bytes, max) => bytes <= max + 1 } }, 'prepareWork', 'registration.audio_too_large', 'over the maximum'],
  ];
  for (const [lies, operation, code, cause] of cases) {
    const name = [...Object.keys(lies.rules ?? {}), ...Object.keys(lies.policies ?? {})].join(', ');
    it(`${name}: ${operation} ${code} ${cause}`, async () => {
      expect((await reached({}, operation, code, cause)).code).to.equal(code);
      ok(await reached(lies, operation, code, cause));
    });
  }

  it('may also refuse with something else, or too much', async () => {
    const wrong: Replacements = {
      rules: { revokedKey: (facts) => (RULES.revokedKey(facts) === undefined ? undefined : { code: 'api_key.not_found', why: 'a lie' }) },
    };
    const answer = await reached(wrong, 'initWork', 'api_key.revoked', 'revoked');
    expect([answer.code, answer.why]).to.deep.equal(['api_key.not_found', 'revokedKey: a lie']);

    const ats = new Ats({ policies: { sizeAllowed: (bytes, max) => bytes < max } });
    const token = ats.world.tokens.smallFiles;
    expect((await ats.post('works/prepare', { job_id: await ats.uploaded(65_536) }, { token })).status).to.equal(413);
  });

  it('never crashes, and leaves the answer to the example where there is nothing to work on', async () => {
    for (const [id, { rules }] of Object.entries(OPERATIONS)) {
      const ats = new Ats(without(...rules));
      const request = await valid(new Ats(), id);
      const path = request.path.startsWith('/') ? request.path : ats.organization(request.path);
      for (const body of [undefined, null, [], 'x', { job_id: 7 }]) {
        const outcome = ats.sandbox.answer(ats.call(request.method, path, { body }));
        if (outcome !== undefined) expect(outcome, id).to.have.property('succeeded');
      }
    }
  });

  it('leaves the other sandboxes honest', async () => {
    createAtsSandbox({ contract, clock: createClock() }, without('revokedKey'));
    expect((await reached({}, 'initWork', 'api_key.revoked', 'revoked')).code).to.equal('api_key.revoked');
    expect(Object.isFrozen(RULES) && Object.isFrozen(POLICIES)).to.equal(true);
  });

  it('may stand elsewhere in the order of one operation, or be left out there', async () => {
    const rules = OPERATIONS['initWork']?.rules ?? [];
    const late: Replacements = { operations: { initWork: { rules: [...rules.filter((rule) => rule !== 'revokedKey'), 'revokedKey'] } } };
    expect((await reached(late, 'initWork', 'api_key.revoked', 'revoked')).code).to.equal('api_key.revoked');
    const left: Replacements = { operations: { initWork: { rules: rules.filter((rule) => rule !== 'revokedKey') } } };
    ok(await reached(left, 'initWork', 'api_key.revoked', 'revoked'));
    expect((await reached(left, 'prepareWork', 'api_key.revoked', 'revoked')).code).to.equal('api_key.revoked');
  });

  it('may reckon with other limits than those of the contract', async () => {
    const ats = new Ats({ limits: { audioMaxBytes: 10 } });
    expect((await ats.post('works/prepare', { job_id: await ats.uploaded(11) })).details).to.deep.equal({ size_bytes: 11, max_bytes: 10 });
  });

  it('must have an original', () => {
    const lies = { rules: { revokedKeys: never } } as unknown as Replacements;
    expect(() => new Ats(lies)).to.throw(InputError, 'there is no rule "revokedKeys"');
    expect(() => new Ats({ operations: { openWork: { rules: [] } } })).to.throw(InputError, 'there is no operation "openWork"');
  });
});

describe('ats sandbox: what it asks of a contract', () => {
  const dropping = (id: string, code: string): Contract => {
    const original = contract.operation(id) as Operation;
    const operation = { ...original, failures: original.failures.filter((failure) => failure.code !== code) };
    return change({ operation: (name) => (name === id ? operation : contract.operation(name)) });
  };

  it('a code that a rule refuses with must be declared', () => {
    expect(() => new Ats({}, dropping('initWork', 'api_key.revoked')))
      .to.throw(
        InputError,
        'the sandbox can refuse initWork with api_key.revoked (rule revokedKey), which the contract does not declare there',
      )
      .with.nested.property('findings[0].location.file', 'openapi.yaml');
    expect(() => new Ats({}, dropping('initWork', 'common.validation_failed'))).to.throw(InputError, 'rule body');
  });

  it('an operation that the contract does not have is left out', async () => {
    const ats = new Ats({}, change({ operation: (id) => (id === 'initWork' ? undefined : contract.operation(id)) }));
    const call = ats.call('POST', ats.organization('works/init'), { body: NEW_WORK });
    expect(ats.sandbox.answer(call)).to.equal(undefined);
    ok(await send(ats, await valid(ats, 'listApiKeys')));
  });

  it('every limit must be declared, and is the one that applies', async () => {
    const { audio_max_bytes: _, ...limits } = contract.limits;
    expect(() => new Ats({}, change({ limits }))).to.throw(InputError, 'x-failpath.limits.audio_max_bytes is missing');
    const limit = { value: 10, unit: 'bytes', description: '' };
    const ats = new Ats({}, change({ limits: { ...contract.limits, audio_max_bytes: limit } }));
    expect((await ats.post('works/prepare', { job_id: await ats.uploaded(11) })).details).to.deep.equal({ size_bytes: 11, max_bytes: 10 });
  });
});
