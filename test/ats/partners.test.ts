import { expect } from 'chai';
import jwt from 'jsonwebtoken';
import { Ats, contract, CREATOR, NEW_UPLOAD, NEW_VERSION, NEW_WORK, ok, type Seen } from './harness.js';
import { downloadPath, listPath, send, valid, type Request } from './requests.js';

interface Listed {
  readonly works: readonly {
    readonly id: string;
    readonly title: string;
    readonly ats_id: number;
    readonly versions: readonly Readonly<Record<string, unknown>>[];
  }[];
  readonly page_info: { readonly has_next_page: boolean; readonly end_cursor: string | null };
  readonly total_count: number;
}

const listed = async (ats: Ats, user: string, query = 'network=testnet'): Promise<Listed> => {
  const token = await ats.session(user);
  return ok(await ats.ask('GET', ats.organization(listPath(ats, query, user)), { token })).body as unknown as Listed;
};
const asked = async (ats: Ats, operation: string, change: Partial<Request>): Promise<Seen> =>
  send(ats, { ...(await valid(ats, operation)), ...change });
const faulty = async (ats: Ats, operation: string, change: Partial<Request>): Promise<Seen> => {
  const request = { ...(await valid(ats, operation)), ...change };
  await ats.admin('PUT', '/__admin/faults', { upstream: true });
  return send(ats, request);
};
const frozen = (): Ats => {
  const ats = new Ats();
  ats.clock.freeze();
  return ats;
};

describe('ats sandbox: partner sessions', () => {
  it('are JSON web tokens for one user of one organization, by the clock', async () => {
    const ats = frozen();
    const { body } = ok(await ats.post('partner-sessions', { external_user_ref: 'artist/7 ü' }));
    const now = ats.clock.now() / 1000;
    expect(body).to.deep.include({ expires_at: now + 3600, ttl_seconds: 3600 });
    const { header, payload } = jwt.decode(String(body['token']), { complete: true }) as jwt.Jwt;
    expect(header).to.deep.equal({ alg: 'HS256', typ: 'JWT' });
    expect(payload).to.deep.include({
      organization_id: ats.world.organizations.active,
      external_user_ref: 'artist/7 ü',
      iat: now,
      exp: now + 3600,
    });
  });

  it('differ even when they are for the same user in the same second', async () => {
    const ats = frozen();
    expect(await ats.session()).to.not.equal(await ats.session());
  });

  it('live to the second', async () => {
    const ats = frozen();
    const request = await valid(ats, 'listExternalUserWorks');
    await ats.clock.advance(3_599_999);
    ok(await send(ats, request));
    await ats.clock.advance(1);
    expect((await send(ats, request)).why).to.equal('notPartnerSession: expired');
  });

  it('outlive the key that asked for them', async () => {
    const ats = frozen();
    const made = ok(
      await ats.ask('POST', ats.organization('api-keys'), { token: ats.world.admin, body: { name: 'Trial', scopes: ['works:read'] } }),
    );
    const token = await ats.session(undefined, { token: String(made.body['token']) });
    ok(await ats.ask('DELETE', ats.organization(`api-keys/${String(made.body['id'])}`), { token: ats.world.admin }));
    ok(await ats.ask('GET', ats.organization(listPath(ats)), { token }));
  });

  it('are worth nothing in another world, nor after a reset', async () => {
    const [ats, other] = [frozen(), frozen()];
    const request = await valid(ats, 'listExternalUserWorks');
    expect((await send(other, request)).why).to.equal('notPartnerSession: bad signature');
    ats.sandbox.reset();
    expect((await send(ats, request)).why).to.equal('notPartnerSession: bad signature');
  });

  it('are refused with any other algorithm, whatever the token says of itself', async () => {
    const ats = frozen();
    const session = await ats.session();
    const [, payload = '', signature = ''] = session.split('.');
    const headed = (header: object, end: string): string =>
      `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}.${end}`;
    const tokens: readonly (readonly [string, string])[] = [
      [headed({ alg: 'none' }, ''), 'unsigned'],
      [headed({ alg: 'none' }, signature), 'unsigned'],
      [headed({ alg: 'HS512', typ: 'JWT' }, signature), 'bad signature'],
      [headed({ alg: 'RS256', typ: 'JWT' }, signature), 'bad signature'],
      [`${session}x`, 'bad signature'],
      [session.slice(0, -signature.length), 'unsigned'],
      [`${payload}.${payload}.${signature}`, 'bad signature'],
      ['a.b.c', 'malformed'],
      ['eyJ', 'malformed'],
      [`${session}.${signature}`, 'malformed'],
    ];
    for (const [token, cause] of tokens) {
      const seen = await ats.ask('GET', ats.organization(listPath(ats)), { token });
      expect([seen.status, seen.code, seen.why], token).to.deep.equal([401, 'common.unauthorized', `notPartnerSession: ${cause}`]);
    }
  });

  it('have an identity of their own while they live', async () => {
    const ats = frozen();
    const authorization = `Bearer ${await ats.session()}`;
    expect(ats.sandbox.identity({ authorization })).to.equal('partnerSession');
    expect(ats.sandbox.identities).to.include('partnerSession');
    await ats.clock.advance(3_600_000);
    expect(ats.sandbox.identity({ authorization })).to.equal('unknown');
    expect(ats.sandbox.identity({ authorization: 'Bearer eyJx.eyJ.x' })).to.equal('unknown');
  });

  it('count bytes, not characters, of the name of a user', async () => {
    const ats = frozen();
    ok(await ats.post('partner-sessions', { external_user_ref: `${'é'.repeat(127)}x` }));
    expect((await ats.post('partner-sessions', { external_user_ref: 'é'.repeat(128) })).code).to.equal('session.invalid_external_user_ref');
  });
});

describe('ats sandbox: order of refusal of partners', () => {
  const cases: readonly [string, string, (ats: Ats) => Promise<Seen>][] = [
    [
      'scope before body',
      'api_key.scope_denied',
      (ats) => asked(ats, 'createPartnerSession', { token: ats.world.tokens.registerOnly, body: 7 }),
    ],
    [
      'upstream before body',
      'common.service_unavailable',
      (ats) => faulty(ats, 'createPartnerSession', { body: { external_user_ref: '' } }),
    ],
    [
      'shape before the specific code',
      'common.validation_failed',
      (ats) => asked(ats, 'createPartnerSession', { body: { external_user_ref: [] } }),
    ],
    ['no session before upstream', 'common.unauthorized', (ats) => faulty(ats, 'listExternalUserWorks', { token: undefined })],
    [
      'expired before another user',
      'common.unauthorized',
      async (ats) => {
        const request = { ...(await valid(ats, 'listExternalUserWorks')), path: listPath(ats, 'network=testnet', 'x') };
        await ats.clock.advance(3_600_000);
        return send(ats, request);
      },
    ],
    ['another user before upstream', 'common.forbidden', (ats) => faulty(ats, 'listExternalUserWorks', { path: listPath(ats, '', 'x') })],
    ['another user before query', 'common.forbidden', (ats) => asked(ats, 'listExternalUserWorks', { path: listPath(ats, '', 'x') })],
    ['upstream before query', 'common.service_unavailable', (ats) => faulty(ats, 'listExternalUserWorks', { path: listPath(ats, '') })],
    ['upstream before work', 'common.service_unavailable', (ats) => faulty(ats, 'downloadVersionFile', { path: downloadPath(ats, 'x') })],
    ['work before version', 'work.not_found', (ats) => asked(ats, 'downloadVersionFile', { path: downloadPath(ats, 'x', '9/download/x') })],
    [
      'owner before version',
      'work.access_forbidden',
      (ats) => asked(ats, 'downloadVersionFile', { path: downloadPath(ats, ats.world.workIds.active, '9/download/x') }),
    ],
  ];
  for (const [name, code, ask] of cases) {
    it(name, async () => {
      const answer = await ask(frozen());
      expect(answer.code, answer.why).to.equal(code);
    });
  }

  it('the organization of a session before its user, and the version before the file', async () => {
    const ats = frozen();
    const token = await ats.session('x', { token: ats.world.tokens.otherOrg, organization: ats.world.organizations.other });
    const other = await asked(ats, 'listExternalUserWorks', { token });
    expect([other.why, other.details]).to.deep.equal(['sessionOrganization: another organization', { parameter: 'organization_id' }]);
    const file = await asked(ats, 'downloadVersionFile', { path: downloadPath(ats, undefined, '9/download/x') });
    expect([file.why, file.details]).to.deep.equal(['versionExists: unknown version', { resource: 'version' }]);
  });

  it('says which user, which file and which parameter', async () => {
    const ats = frozen();
    expect((await asked(ats, 'listExternalUserWorks', { path: listPath(ats, '', 'x') })).details).to.deep.equal({
      parameter: 'external_user_ref',
    });
    expect((await asked(ats, 'downloadVersionFile', { path: downloadPath(ats, undefined, '1/download/x') })).details).to.deep.equal({
      resource: 'file',
    });
    const query = await asked(ats, 'listExternalUserWorks', { path: listPath(ats, 'network=testnet&after=') });
    expect(query.details).to.deep.equal({ fields: [{ pointer: '/after', message: 'is not a cursor of this list' }] });
  });

  it('ids that are malformed are unknown', async () => {
    const ats = frozen();
    for (const version of ['0', '-1', '01', '1.0', '1e0', 'latest', '%20', '99999999999999999999'])
      expect(
        (await asked(ats, 'downloadVersionFile', { path: downloadPath(ats, undefined, `${version}/download/audio`) })).code,
        version,
      ).to.equal('common.not_found');
    const upper = downloadPath(ats, ats.world.externalUser.work.toUpperCase());
    ok(await asked(ats, 'downloadVersionFile', { path: upper }));
  });

  it('a forced failure says what is true of the call', async () => {
    const ats = frozen();
    const forced = (operation: string, code: string, path: string): unknown => {
      const failure = contract.operation(operation)?.failures.find((candidate) => candidate.code === code);
      if (failure === undefined) throw new Error(code);
      return ats.sandbox.particulars(failure, ats.call('GET', ats.organization(path), {})).details;
    };
    expect(forced('listExternalUserWorks', 'common.forbidden', listPath(ats))).to.deep.equal({ parameter: 'external_user_ref' });
    expect(forced('listExternalUserWorks', 'common.validation_failed', listPath(ats))).to.equal(undefined);
    expect(forced('downloadVersionFile', 'common.not_found', downloadPath(ats))).to.deep.equal({ resource: 'file' });
    expect(forced('downloadVersionFile', 'common.not_found', downloadPath(ats, 'x'))).to.deep.equal({ resource: 'version' });
  });
});

describe('ats sandbox: works of external users', () => {
  it('the well-known one has a work with a history', async () => {
    const ats = frozen();
    const { externalUser } = ats.world;
    const { works, total_count } = await listed(ats, externalUser.ref);
    expect([total_count, works[0]?.id, works[0]?.ats_id]).to.deep.equal([1, externalUser.work, externalUser.atsId]);
    expect(works[0]?.versions.map(({ number }) => number)).to.deep.equal([1, 2]);
    expect((await listed(ats, externalUser.ref, 'network=mainnet')).total_count).to.equal(0);
  });

  it('are there once they are on chain, and so is each version', async () => {
    const ats = frozen();
    const user = 'composer-1';
    const body = { ...NEW_WORK, external_user_ref: user, creators: [{ ...CREATOR, roles: { ...CREATOR.roles, composer: true } }] };
    const job_id = await ats.prepared(1000, body);
    const confirmed = ok(await ats.post('works/confirm', { job_id })).body;
    await ats.clock.advance(11_999);
    expect(await listed(ats, user)).to.deep.equal({
      works: [],
      page_info: { has_next_page: false, end_cursor: null },
      total_count: 0,
    });
    await ats.clock.advance(1);
    const first = (await listed(ats, user)).works[0];
    const transaction = ok(await ats.ask('GET', `/v1/transactions/${String(confirmed['transaction_id'])}`)).body;
    const result = transaction['result'] as Record<string, unknown>;
    expect(first).to.deep.include({
      id: job_id,
      title: NEW_WORK.title,
      ats_id: result['ats_id'],
      external_user_ref: user,
      network: 'testnet',
    });
    expect(first?.versions[0]).to.deep.include({
      number: 1,
      tx_hash: result['tx_hash'],
      block_number: result['block_number'],
      explorer_url: result['explorer_url'],
      creators: [{ full_name: CREATOR.full_name, roles: ['author', 'composer'] }],
    });
    expect(first?.versions[0]?.['audio']).to.have.property('size_bytes', 1000);

    const atsId = Number(first?.ats_id);
    const version = await ats.uploaded(7, NEW_UPLOAD, ats.versions('init-upload', atsId));
    const quote = ok(await ats.post(ats.versions('prepare', atsId), { job_id: version })).body;
    ok(await ats.post(ats.versions('confirm', atsId), { job_id: version }));
    expect((await listed(ats, user)).works[0]?.versions).to.have.length(1);
    expect(
      (
        await ats.ask('GET', ats.organization(`external-users/${user}/works/${job_id}/versions/2/download/audio`), {
          token: await ats.session(user),
        })
      ).code,
    ).to.equal('common.not_found');
    await ats.clock.advance(12_000);
    const { versions } = (await listed(ats, user)).works[0] ?? { versions: [] };
    expect(versions.map(({ number }) => number)).to.deep.equal([1, 2]);
    expect(versions[1]?.['commitment']).to.equal(quote['commitment']);
    expect(versions[0]?.['commitment']).to.not.equal(quote['commitment']);
  });

  it('belong to one user of one organization on one network', async () => {
    const ats = frozen();
    await ats.registered({ ...NEW_WORK, external_user_ref: 'a' });
    await ats.registered({ ...NEW_WORK, external_user_ref: 'b', network: 'mainnet' });
    await ats.registered();
    const counts = await Promise.all(
      ['a', 'b', '', 'A', 'a '].filter((user) => user !== '').map(async (user) => (await listed(ats, user)).total_count),
    );
    expect(counts).to.deep.equal([1, 0, 0, 0]);
    expect((await listed(ats, 'b', 'network=mainnet')).total_count).to.equal(1);
    const other = await ats.session('a', { token: ats.world.tokens.otherOrg, organization: ats.world.organizations.other });
    const elsewhere = await ats.ask('GET', ats.organization(listPath(ats, 'network=testnet', 'a'), ats.world.organizations.other), {
      token: other,
    });
    expect(ok(elsewhere).body['total_count']).to.equal(0);
  });

  it('a version belongs to the user of its work', async () => {
    const ats = frozen();
    const { atsId: ats_id } = ats.world.externalUser;
    const { body } = ok(await ats.post(ats.versions('init', ats_id), NEW_VERSION));
    ok(await ats.post(ats.versions('prepare', ats_id), body));
    ok(await ats.post(ats.versions('confirm', ats_id), body));
    await ats.clock.advance(12_000);
    expect((await listed(ats, ats.world.externalUser.ref)).works[0]?.versions.map(({ number }) => number)).to.deep.equal([1, 2, 3]);
  });

  it('keep a bounded part of titles, names and creators', async () => {
    const ats = frozen();
    const creators = Array.from({ length: 50 }, () => ({ ...CREATOR, full_name: 'n'.repeat(5_000) }));
    await ats.registered({ ...NEW_WORK, title: '𝄞'.repeat(5_000), creators, external_user_ref: 'long' });
    const work = (await listed(ats, 'long')).works[0];
    const kept = work?.versions[0]?.['creators'] as readonly { readonly full_name: string }[];
    expect([work?.title.length, kept.length, kept[0]?.full_name.length]).to.deep.equal([299, 20, 100]);
    // Half of a pair of surrogates would not come back.
    expect(Buffer.from(work?.title ?? '').toString()).to.equal(work?.title);
  });
});
