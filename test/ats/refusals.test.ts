import { expect } from 'chai';
import { OPERATIONS, RULES } from '../../mocks/ats/index.js';
import { CAUSES, ENGINE_CAUSES } from './causes.js';
import { Ats, contract, ok } from './harness.js';
import { send, valid } from './requests.js';

/** What the contract itself refuses with, so that the sandbox has no rule of its own for it. */
const BODY_CODES: ReadonlySet<string> = new Set(
  contract.failures
    .map(({ code }) => code)
    .filter((code) => !Object.values(RULES).some((rule) => rule.code === code))
    .concat('common.bad_request', 'common.validation_failed'),
);

const details = async (operation: string, code: string, cause: string): Promise<unknown> => {
  const ats = new Ats();
  ats.clock.freeze();
  const answer = await CAUSES[code]?.[cause]?.(ats, await valid(ats, operation));
  return { ...answer?.details, ...answer?.headers };
};

describe('ats sandbox: every cause of every declared failure', () => {
  for (const { operation, code, status, causes, key } of contract.failures) {
    for (const cause of causes) {
      if (ENGINE_CAUSES.has(cause)) continue;
      it(`${key}: ${cause}`, async () => {
        const ats = new Ats();
        ats.clock.freeze();
        const reach = CAUSES[code]?.[cause];
        if (reach === undefined) throw new Error(`No way to ${code} by ${cause}.`);
        const answer = await reach(ats, await valid(ats, operation.id));
        expect([answer.status, answer.code], answer.why).to.deep.equal([status, code]);
        if (BODY_CODES.has(code) && !/reused|cursor/.test(cause)) return;
        const [rule, because] = splitOnce(answer.why);
        expect(OPERATIONS[operation.id]?.rules).to.include(rule);
        expect(because.startsWith(cause), answer.why).to.equal(true);
      });
    }
  }

  it('answers the control twin of each with success', async () => {
    for (const { id } of contract.operations) {
      const ats = new Ats();
      ok(await send(ats, await valid(ats, id)));
    }
  });
});

describe('ats sandbox: details and headers', () => {
  it('are true for the call', async () => {
    expect(await details('initWork', 'api_key.scope_denied', 'missing scope')).to.deep.equal({ required: 'works:register' });
    expect(await details('confirmVersion', 'api_key.scope_denied', 'missing scope')).to.deep.equal({ required: 'works:update' });
    expect(await details('prepareWork', 'registration.audio_too_large', 'over the maximum')).to.deep.equal({
      size_bytes: 65_537,
      max_bytes: 65_536,
    });
    expect(await details('prepareVersion', 'registration.dry_run_failed', 'refused by the chain')).to.deep.equal({
      reason: 'insufficient balance',
    });
    expect(await details('createApiKey', 'api_key.limit_reached', 'limit reached')).to.deep.equal({ max: 10 });
    expect(await details('revokeApiKey', 'common.not_found', 'unknown organization')).to.deep.equal({ resource: 'organization' });
    expect(await details('revokeApiKey', 'common.not_found', 'key of another organization')).to.deep.equal({ resource: 'api_key' });
    expect(await details('confirmWork', 'common.forbidden', 'too few credits')).to.deep.equal({
      network: 'mainnet',
      required_credits: 67,
      available_credits: 1,
    });
    expect(await details('confirmWork', 'common.quota_exceeded', 'quota reached')).to.deep.equal({
      limit: 3,
      used: 3,
      resets_at: '2026-04-01T00:00:00.000Z',
      'retry-after': String(29 * 86_400 + 15 * 3600),
    });
    expect(await details('listApiKeys', 'common.service_unavailable', 'upstream down')).to.deep.equal({ 'retry-after': '5' });
  });

  it('of a forced failure come from the request, and fit the failure where the facts do not', async () => {
    const ats = new Ats();
    const forced = (operation: string, code: string, ask: Parameters<Ats['call']>[2], path: string, method = 'POST'): unknown => {
      const failure = contract.operation(operation)?.failures.find((candidate) => candidate.code === code);
      if (failure === undefined) throw new Error(code);
      return ats.sandbox.particulars(failure, ats.call(method, ats.organization(path), ask)).details;
    };
    const { smallFiles, readOnly, active } = ats.world.tokens;
    expect(forced('initWork', 'api_key.scope_denied', {}, 'works/init')).to.deep.equal({ required: 'works:register' });
    expect(forced('initWork', 'api_key.scope_denied', { token: active }, 'works/init')).to.deep.equal({ required: 'works:register' });
    expect(forced('initVersion', 'api_key.scope_denied', { token: readOnly }, 'works/1/versions/init')).to.deep.equal({
      required: 'works:update',
    });

    const tooLarge = (ask: object): unknown => forced('prepareWork', 'registration.audio_too_large', ask, 'works/prepare');
    const max = contract.limits['audio_max_bytes']?.value ?? 0;
    expect(tooLarge({})).to.deep.equal({ size_bytes: max + 1, max_bytes: max });
    const body = { job_id: await ats.uploaded(70_000) };
    expect(tooLarge({ token: smallFiles, body })).to.deep.equal({ size_bytes: 70_000, max_bytes: 65_536 });
    expect(tooLarge({ token: smallFiles, body: { job_id: await ats.uploaded(7) } })).to.deep.equal({
      size_bytes: 65_537,
      max_bytes: 65_536,
    });

    const keys = (code: string, sent: unknown): unknown => forced('createApiKey', code, { body: sent }, 'api-keys');
    expect(keys('api_key.limit_reached', {})).to.deep.equal({ max: 10 });
    expect(keys('common.not_found', {})).to.deep.equal({ resource: 'organization' });
    expect(forced('revokeApiKey', 'common.not_found', {}, 'api-keys/x', 'DELETE')).to.deep.equal({ resource: 'api_key' });

    expect(forced('confirmWork', 'common.quota_exceeded', {}, 'works/confirm')).to.deep.equal({ resets_at: '2026-04-01T00:00:00.000Z' });
    await ats.admin('PUT', `/__admin/organizations/${ats.world.organizations.active}`, { quota: 20 });
    expect(forced('confirmWork', 'common.quota_exceeded', {}, 'works/confirm')).to.deep.include({ limit: 20, used: 20 });
    expect(forced('confirmWork', 'common.forbidden', {}, 'works/confirm')).to.equal(undefined);
    const quote = { job_id: await ats.prepared(1000, { ...NEW_MAINNET }) };
    expect(forced('confirmWork', 'common.forbidden', { body: quote }, 'works/confirm')).to.deep.equal({
      network: 'mainnet',
      required_credits: 67,
      available_credits: 66,
    });
  });
});

const NEW_MAINNET = {
  network: 'mainnet',
  title: 'x',
  filename: 'x.wav',
  creators: [{ full_name: 'x', email: 'x@example.org', roles: { author: true, composer: true, arranger: true, adapter: true } }],
};

function splitOnce(text: string): [string, string] {
  const at = text.indexOf(': ');
  return [text.slice(0, at), text.slice(at + 2)];
}
