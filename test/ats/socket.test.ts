import { expect } from 'chai';
import { connect } from 'node:net';
import { startMock, type Mock } from '../../mocks/index.js';
import { NEW_UPLOAD, NEW_VERSION, NEW_WORK } from './harness.js';

const upload = (url: unknown, bytes: number): Promise<Response> => fetch(String(url), { method: 'PUT', body: new Uint8Array(bytes) });

const is = (seen: Seen, status: number, code: string): void => {
  expect([seen.status, seen.code]).to.deep.equal([status, code]);
};

/** With nothing but fetch and the well-known tokens, as a client in any language would do it. */
describe('ats sandbox: over a socket', () => {
  let mock: Mock;
  beforeEach(async () => {
    mock = await startMock({ port: 0 });
    mock.clock.freeze();
  });
  afterEach(() => mock.close());

  interface Ask {
    readonly token?: string;
    readonly organization?: string;
    readonly headers?: Record<string, string>;
  }
  const send = async (
    method: string,
    path: string,
    body?: unknown,
    { token = mock.world.tokens.active, organization, headers }: Ask = {},
  ): Promise<Seen> => {
    const url = path.startsWith('/') ? path : `/v1/organizations/${organization ?? mock.world.organizations.active}/${path}`;
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    return see(await fetch(mock.url + url, { method, headers: { authorization: `Bearer ${token}`, ...type, ...headers }, ...init }));
  };
  const post = (path: string, body: unknown, ask?: Ask): Promise<Seen> => send('POST', path, body, ask);
  const uploaded = async (bytes: number, path = 'works/init', body: object = NEW_WORK): Promise<{ job_id: unknown }> => {
    const { json } = await post(path, body);
    expect((await upload(json['upload_url'], bytes)).status).to.equal(200);
    return { job_id: json['job_id'] };
  };
  const prepared = async (): Promise<{ job_id: unknown }> => {
    const job = await uploaded(1000);
    expect((await post('works/prepare', job)).status).to.equal(200);
    return job;
  };
  const advance = (seconds: number): Promise<Seen> => post('/__admin/clock/advance', { seconds });

  it('registers a work, then a version of it', async () => {
    const job = await prepared();
    const confirmed = await post('works/confirm', job);
    expect(confirmed.status).to.equal(202);
    const status = await fetch(String(confirmed.json['status_url']));
    expect((await see(status)).json['current_step']).to.equal('validating');
    await advance(12);
    const { json } = await see(await fetch(String(confirmed.json['status_url'])));
    const { ats_id } = json['result'] as { ats_id: number };

    const version = await uploaded(2000, `works/${ats_id}/versions/init-upload`, NEW_UPLOAD);
    expect((await post(`works/${ats_id}/versions/prepare`, version)).json['version_deposit_credits']).to.equal(0);
    expect((await post(`works/${ats_id}/versions/confirm`, version)).status).to.equal(202);
    const kept = await post(`works/${mock.world.works.active}/versions/init`, NEW_VERSION);
    expect((await post(`works/${mock.world.works.active}/versions/prepare`, kept.json)).status).to.equal(200);
  });

  it('refuses each of the well-known tokens for its reason', async () => {
    const { tokens, organizations, admin } = mock.world;
    is(await post('works/init', NEW_WORK, { token: tokens.revoked }), 401, 'api_key.revoked');
    is(await post('works/init', NEW_WORK, { token: tokens.otherOrg }), 403, 'api_key.org_mismatch');
    is(
      await post('works/init', NEW_WORK, { token: tokens.inactiveOrg, organization: organizations.inactive }),
      403,
      'api_key.org_inactive',
    );
    is(await post('works/init', NEW_WORK, { token: tokens.deletedOrg, organization: organizations.deleted }), 403, 'api_key.org_inactive');
    is(await post('works/init', NEW_WORK, { token: admin }), 401, 'api_key.invalid_format');
    is(await send('GET', 'api-keys', undefined, { token: tokens.active }), 401, 'common.unauthorized');
    for (const [token, path, required] of [
      [tokens.readOnly, 'works/init', 'works:register'],
      [tokens.updateOnly, 'works/init', 'works:register'],
      [tokens.registerOnly, `works/${mock.world.works.active}/versions/init`, 'works:update'],
    ] as const) {
      const seen = await post(path, NEW_WORK, { token });
      is(seen, 403, 'api_key.scope_denied');
      expect(seen.details).to.deep.equal({ required });
    }
  });

  it('finds audio too large over the small cap, and audio empty', async () => {
    const { smallFiles } = mock.world.tokens;
    const large = await post('works/prepare', await uploaded(mock.world.limits.smallFiles + 1), { token: smallFiles });
    is(large, 413, 'registration.audio_too_large');
    expect(large.details).to.deep.equal({ size_bytes: 65_537, max_bytes: 65_536 });
    is(await post('works/prepare', await uploaded(0)), 422, 'registration.audio_empty');
    is(await post('works/prepare', { job_id: (await post('works/init', NEW_WORK)).json['job_id'] }), 422, 'registration.audio_empty');
  });

  it('lets a quote expire with the clock, and be confirmed once', async () => {
    const late = await prepared();
    await advance(300);
    is(await post('works/confirm', late), 404, 'registration.prepared_not_found');
    const job = await prepared();
    const both = await Promise.all([post('works/confirm', job), post('works/confirm', job)]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).to.deep.equal([202, 404]);
    is(await post('works/confirm', job), 404, 'registration.prepared_not_found');
    expect(mock.journal.entries(1)[0]?.why).to.equal('quoteExists: confirmed already');
  });

  it('gives ten keys and no eleventh', async () => {
    const token = mock.world.admin;
    const create = (): Promise<Seen> => post('api-keys', { name: 'Trial', scopes: ['works:register'] }, { token });
    const first = await create();
    for (let keys = 7; keys < 10; keys++) expect((await create()).status).to.equal(201);
    const full = await create();
    is(full, 429, 'api_key.limit_reached');
    expect(full.details).to.deep.equal({ max: 10 });
    expect((await send('DELETE', `api-keys/${String(first.json['id'])}`, undefined, { token })).status).to.equal(204);
    is(await post('works/init', NEW_WORK, { token: String(first.json['token']) }), 401, 'api_key.revoked');
    expect((await create()).status).to.equal(201);
  });

  it('says what is wrong with a body, truly', async () => {
    const token = mock.world.admin;
    const create = (change: object): Promise<Seen> => post('api-keys', { name: 'x', scopes: ['works:read'], ...change }, { token });
    const scope = await create({ scopes: ['works:read', 'works:delete'] });
    is(scope, 422, 'api_key.unknown_scope');
    expect(scope.details).to.deep.equal({ value: 'works:delete' });
    is(await create({ webhook_url: 'ftp://example.org/' }), 422, 'api_key.webhook_url_invalid');
    is(await create({ webhook_url: `https://example.org/${'x'.repeat(2_029)}` }), 422, 'api_key.webhook_url_invalid');
    is(await post('works/init', { ...NEW_WORK, title: ' ' }), 422, 'registration.title_required');
    const shape = await post('works/init', { ...NEW_WORK, title: 7, creators: [] });
    is(shape, 422, 'common.validation_failed');
    expect(shape.details).to.have.nested.property('fields[0].pointer', '/title');
    is(await post('works/init', NEW_WORK, { headers: { 'content-type': 'text/plain' } }), 400, 'common.bad_request');
    is(await post('works/init', NEW_WORK, { headers: { 'idempotency-key': '' } }), 400, 'common.bad_request');
  });

  it('answers an Idempotency-Key to the byte, and only its own body', async () => {
    const headers = { 'idempotency-key': 'order-2026-000417' };
    const first = await post('works/init', NEW_WORK, { headers });
    expect((await post('works/init', NEW_WORK, { headers })).text).to.equal(first.text);
    const reused = await post('works/init', { ...NEW_WORK, title: 'x' }, { headers });
    is(reused, 400, 'common.bad_request');
  });

  it('answers faults, quota and credits, with Retry-After where it helps', async () => {
    const job = await prepared();
    const put = (path: string, body: object): Promise<Seen> => send('PUT', `/__admin/${path}`, body);
    const organization = `organizations/${mock.world.organizations.active}`;
    await put('faults', { upstream: true });
    const down = await post('works/confirm', job);
    is(down, 503, 'common.service_unavailable');
    expect(down.headers.get('retry-after')).to.equal('5');
    await put('faults', { upstream: false, dryRun: 'insufficient balance' });
    const dry = await post('works/prepare', await uploaded(1));
    is(dry, 422, 'registration.dry_run_failed');
    expect(dry.details).to.deep.equal({ reason: 'insufficient balance' });
    await put(organization, { quota: 0 });
    const quota = await post('works/confirm', job);
    is(quota, 429, 'common.quota_exceeded');
    expect(Number(quota.headers.get('retry-after'))).to.be.greaterThan(0);
    expect((await send('GET', `/__admin/${organization}`)).json['quota']).to.deep.equal({ limit: 0, used: 0 });
    expect((await put('faults', { upstreem: true })).status).to.equal(400);
    expect((await put('organizations/nobody', {})).status).to.equal(404);
    await post('/__admin/reset', undefined);
    expect((await send('GET', '/__admin/faults')).json['dryRun']).to.equal(false);
  });

  it('keeps an upload URL usable when the client goes away in the middle', async () => {
    const { json } = await post('works/init', NEW_WORK);
    const url = new URL(String(json['upload_url']));
    await new Promise<void>((resolve) => {
      const socket = connect(Number(url.port), url.hostname, () => {
        socket.write(`PUT ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Length: 1000\r\n\r\nhalf`, () => socket.destroy());
      });
      socket.on('close', () => resolve());
    });
    expect((await upload(url, 3)).status).to.equal(200);
    expect((await post('works/prepare', { job_id: json['job_id'] })).status).to.equal(200);
    const again = await upload(url, 3);
    expect([again.status, again.headers.get('content-type'), (await again.text()).includes('<Error>')]).to.deep.equal([
      403,
      'application/xml',
      true,
    ]);
    expect((await fetch(url)).status).to.equal(405);
  });

  it('can be replaced by a sandbox that lies', async () => {
    const { createAtsSandbox } = await import('../../mocks/index.js');
    const liar = await startMock({ port: 0, sandbox: (context) => createAtsSandbox(context, { rules: { revokedKey: () => undefined } }) });
    try {
      const headers = { authorization: `Bearer ${liar.world.tokens.revoked}`, 'content-type': 'application/json' };
      const url = `${liar.url}/v1/organizations/${liar.world.organizations.active}/works/init`;
      expect((await fetch(url, { method: 'POST', headers, body: JSON.stringify(NEW_WORK) })).status).to.equal(200);
    } finally {
      await liar.close();
    }
  });
});

interface Seen {
  readonly status: number;
  readonly code: unknown;
  readonly details: Record<string, unknown> | undefined;
  readonly headers: Headers;
  readonly json: Record<string, unknown>;
  readonly text: string;
}

async function see(response: Response): Promise<Seen> {
  const text = await response.text();
  const json = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  const error = json['error'] as { code?: unknown; details?: Record<string, unknown> } | undefined;
  return { status: response.status, code: error?.code, details: error?.details, headers: response.headers, json, text };
}
