import { expect } from 'chai';
import { OPERATIONS, RULES } from '../../mocks/ats/index.js';
import { Ats, contract, NEW_UPLOAD, NEW_VERSION, NEW_WORK, ok, type Seen } from './harness.js';
import { keyIn, send, valid, type Request } from './requests.js';

const organizations = (ats: Ats): Ats['world']['organizations'] => ats.world.organizations;

/** Faults in one request at a time are in causes.ts; here several apply, and the first in the order of refusal wins. */
describe('ats sandbox: order of refusal', () => {
  const cases: readonly [string, string, (ats: Ats) => Promise<Seen>][] = [
    ['no credential before upstream', 'common.unauthorized', (ats) => faulty(ats, { upstream: true }, 'initWork', { token: undefined })],
    ['prefix before body', 'api_key.invalid_format', (ats) => asked(ats, 'initWork', { token: 'sk_live', body: [] })],
    [
      'revoked before organization',
      'api_key.revoked',
      (ats) => asked(ats, 'initWork', { token: ats.world.tokens.revoked, organization: organizations(ats).other }),
    ],
    [
      'organization before inactive',
      'api_key.org_mismatch',
      (ats) => asked(ats, 'initWork', { organization: organizations(ats).inactive }),
    ],
    [
      'inactive before scope',
      'api_key.org_inactive',
      async (ats) => {
        await ats.admin('PUT', `/__admin/organizations/${organizations(ats).active}`, { active: false });
        return asked(ats, 'initWork', { token: ats.world.tokens.readOnly });
      },
    ],
    [
      'scope before upstream',
      'api_key.scope_denied',
      (ats) => faulty(ats, { upstream: true }, 'initWork', { token: ats.world.tokens.readOnly }),
    ],
    ['scope before body', 'api_key.scope_denied', (ats) => asked(ats, 'initWork', { token: ats.world.tokens.readOnly, body: [] })],
    ['upstream before body', 'common.service_unavailable', (ats) => faulty(ats, { upstream: true }, 'initWork', { body: [] })],
    [
      'upstream before organization',
      'common.service_unavailable',
      (ats) => faulty(ats, { upstream: true }, 'listApiKeys', { organization: 'x' }),
    ],
    [
      'administrator before upstream',
      'common.unauthorized',
      (ats) => faulty(ats, { upstream: true }, 'listApiKeys', { token: ats.world.tokens.active }),
    ],
    [
      'shape before specific codes',
      'common.validation_failed',
      (ats) => asked(ats, 'initWork', { body: { ...NEW_WORK, title: '', network: 7 } }),
    ],
    [
      'title before creators',
      'registration.title_required',
      (ats) => asked(ats, 'initWork', { body: { ...NEW_WORK, title: '', filename: '', creators: [] } }),
    ],
    [
      'body before work',
      'registration.creators_required',
      (ats) => asked(ats, 'initVersion', { path: ats.versions('init', 'x'), body: { ...NEW_VERSION, creators: [] } }),
    ],
    [
      'work before job',
      'work.not_found',
      (ats) => asked(ats, 'prepareVersion', { path: ats.versions('prepare', '99'), body: { job_id: 'x' } }),
    ],
    [
      'work owner before job',
      'work.access_forbidden',
      (ats) => asked(ats, 'prepareVersion', { path: ats.versions('prepare', ats.world.works.other), body: { job_id: 'x' } }),
    ],
    [
      'job before owner',
      'registration.upload_session_not_found',
      async (ats) => {
        const request = await valid(ats, 'prepareWork');
        await ats.clock.advance(600_000);
        return send(ats, asOther(ats, request));
      },
    ],
    [
      'owner before path',
      'registration.upload_session_forbidden',
      async (ats) => send(ats, asOther(ats, { ...(await valid(ats, 'prepareVersion')), path: 'works/prepare' })),
    ],
    [
      'quote owner before path',
      'registration.prepared_forbidden',
      async (ats) => send(ats, asOther(ats, { ...(await valid(ats, 'confirmVersion')), path: 'works/confirm' })),
    ],
    [
      'path before audio',
      'registration.upload_session_not_found',
      async (ats) => {
        const { body } = ok(await ats.post('works/init', NEW_WORK));
        return ats.post(ats.versions('prepare'), { job_id: body['job_id'] });
      },
    ],
    [
      'audio empty before commitment',
      'registration.audio_empty',
      async (ats) => {
        const job_id = await ats.uploaded(0);
        await ats.admin('PUT', '/__admin/faults', { commitment: true, dryRun: true });
        return ats.post('works/prepare', { job_id }, { token: ats.world.tokens.smallFiles });
      },
    ],
    [
      'too large before commitment',
      'registration.audio_too_large',
      async (ats) => {
        const job_id = await ats.uploaded(65_537);
        await ats.admin('PUT', '/__admin/faults', { commitment: true, dryRun: true });
        return ats.post('works/prepare', { job_id }, { token: ats.world.tokens.smallFiles });
      },
    ],
    [
      'commitment before dry run',
      'registration.commitment_invalid',
      (ats) => faulty(ats, { commitment: true, dryRun: true }, 'prepareWork', {}),
    ],
    [
      'path before quota',
      'registration.prepared_not_found',
      async (ats) => {
        const request = await valid(ats, 'confirmWork');
        await ats.admin('PUT', `/__admin/organizations/${organizations(ats).active}`, { quota: 0 });
        return send(ats, { ...request, path: ats.versions('confirm') });
      },
    ],
    [
      'quota before credits',
      'common.quota_exceeded',
      async (ats) => {
        const job_id = await ats.prepared(11 * 1024 * 1024);
        await ats.admin('PUT', `/__admin/organizations/${organizations(ats).active}`, { quota: 0, credits: 0 });
        return ats.post('works/confirm', { job_id });
      },
    ],
    ['organization before body', 'common.not_found', (ats) => asked(ats, 'createApiKey', { organization: 'x', body: [] })],
    [
      'body before key limit',
      'api_key.scopes_required',
      async (ats) => {
        await ats.admin('PUT', `/__admin/organizations/${organizations(ats).active}`, { maxKeys: 0 });
        return asked(ats, 'createApiKey', { body: { name: 'x', scopes: [] } });
      },
    ],
    [
      'conflict of Idempotency-Key before work',
      'common.bad_request',
      async (ats) => {
        const headers = { 'idempotency-key': 'k' };
        ok(await asked(ats, 'initVersion', { headers }));
        return asked(ats, 'initVersion', { headers, path: ats.versions('init', '99') });
      },
    ],
  ];
  for (const [name, code, ask] of cases) {
    it(name, async () => {
      const answer = await ask(new Ats());
      expect(answer.code, answer.why).to.equal(code);
    });
  }

  it('is the order in which the contract lists the codes of a status', () => {
    for (const operation of contract.operations) {
      const refusals = (OPERATIONS[operation.id]?.rules ?? []).map((name) => RULES[name].code);
      for (const { failures, status } of operation.answers) {
        const places = failures.map(({ code }) => refusals.indexOf(code)).filter((place) => place !== -1);
        expect(places, `${operation.id} ${status}`).to.deep.equal(places.toSorted((a, b) => a - b));
      }
    }
  });
});

describe('ats sandbox: readings', () => {
  it('a malformed organization is another one', async () => {
    expect((await asked(new Ats(), 'initWork', { organization: 'no-uuid' })).code).to.equal('api_key.org_mismatch');
  });

  it('an API key where an administrator is due is unauthorized, and the other way round of the wrong format', async () => {
    const ats = new Ats();
    for (const token of Object.values(ats.world.tokens))
      expect((await asked(ats, 'createApiKey', { token })).code).to.equal('common.unauthorized');
    expect((await asked(ats, 'createApiKey', { token: 'someone' })).why).to.equal('notAdministrator: no valid session');
    expect((await asked(ats, 'initWork', { token: ats.world.admin })).code).to.equal('api_key.invalid_format');
  });

  it('Bearer is written in any case; without a token it is no credential', async () => {
    const ats = new Ats();
    ok(await asked(ats, 'initWork', { authorization: `bearer  ${ats.world.tokens.active} ` }));
    expect((await asked(ats, 'initWork', { authorization: 'Bearer' })).why).to.equal('noCredential: none');
    expect((await asked(ats, 'initWork', { authorization: ats.world.tokens.active })).why).to.equal('noCredential: not Bearer');
  });

  it('getTransaction looks at no credential', async () => {
    const ats = new Ats();
    ok(await send(ats, { ...(await valid(ats, 'getTransaction')), authorization: 'Basic eA==' }));
  });

  it('the audio of a version can be empty or too large only after init-upload', async () => {
    const ats = new Ats();
    const { body } = ok(await ats.post(ats.versions('init'), NEW_VERSION));
    ok(await ats.post(ats.versions('prepare'), body, { token: ats.world.tokens.smallFiles }));
    const big = await ats.uploaded(65_537, NEW_UPLOAD, ats.versions('init-upload'));
    expect((await ats.post(ats.versions('prepare'), { job_id: big }, { token: ats.world.tokens.smallFiles })).status).to.equal(413);
    ok(await ats.post(ats.versions('prepare'), { job_id: big }));
  });

  it('exactly the maximum is not too large', async () => {
    const ats = new Ats();
    ok(await ats.post('works/prepare', { job_id: await ats.uploaded(65_536) }, { token: ats.world.tokens.smallFiles }));
  });

  it('a refused prepare or confirm consumes nothing', async () => {
    const ats = new Ats();
    const job_id = await ats.uploaded();
    await ats.admin('PUT', '/__admin/faults', { dryRun: true });
    expect((await ats.post('works/prepare', { job_id })).code).to.equal('registration.dry_run_failed');
    await ats.admin('PUT', '/__admin/faults', { dryRun: false });
    ok(await ats.post('works/prepare', { job_id }));
    await ats.admin('PUT', `/__admin/organizations/${organizationsOf(ats)}`, { quota: 0 });
    expect((await ats.post('works/confirm', { job_id })).code).to.equal('common.quota_exceeded');
    await ats.admin('PUT', `/__admin/organizations/${organizationsOf(ats)}`, { quota: null });
    ok(await ats.post('works/confirm', { job_id }));
  });

  it('load is shed before anything is looked at, on confirm only', async () => {
    const ats = new Ats();
    await ats.admin('PUT', '/__admin/faults', { shed: true });
    const answer = await asked(ats, 'prepareWork', {});
    expect(answer.code).to.equal(undefined);
    const shed = await ats.post('works/confirm', {}, { token: undefined });
    expect([shed.status, shed.code, shed.headers['retry-after']]).to.deep.equal([503, 'common.service_unavailable', '1']);
  });

  it('a key of another organization cannot be revoked', async () => {
    const ats = new Ats();
    const id = await keyIn(ats, ats.world.organizations.other);
    expect((await asked(ats, 'revokeApiKey', { path: `api-keys/${id}` })).why).to.equal('keyOwned: key of another organization');
    ok(await asked(ats, 'revokeApiKey', { path: `api-keys/${id}`, organization: ats.world.organizations.other }));
  });
});

function organizationsOf(ats: Ats): string {
  return ats.world.organizations.active;
}

async function asked(ats: Ats, operation: string, change: Partial<Request>): Promise<Seen> {
  return send(ats, { ...(await valid(ats, operation)), ...change });
}

async function faulty(ats: Ats, faults: object, operation: string, change: Partial<Request>): Promise<Seen> {
  const request = await valid(ats, operation);
  await ats.admin('PUT', '/__admin/faults', faults);
  return send(ats, { ...request, ...change });
}

function asOther(ats: Ats, request: Request): Request {
  return { ...request, organization: ats.world.organizations.other, token: ats.world.tokens.otherOrg };
}
