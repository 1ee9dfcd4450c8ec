import { expect } from 'chai';
import type { Failure, Operation } from '../../spec/index.js';
import type { JournalEntry, Mock } from '../../mocks/index.js';
import { atsContract, contractFrom, json, mocks, send, type Seen } from './support.js';

const contract = await atsContract();
const CREATOR = {
  full_name: 'Ada Brandt',
  email: 'ada@example.org',
  roles: { author: true, composer: false, arranger: false, adapter: false },
};
const VERSION = { network: 'testnet', creators: [CREATOR] };
const WORK = { ...VERSION, title: 'Harbour Lights', filename: 'harbour.wav' };
const DRY_RUN = 'fail with registration.dry_run_failed';

/** A client of the ATS, over a socket. */
class Client {
  readonly mock: Mock;
  token: string;

  constructor(mock: Mock) {
    this.mock = mock;
    this.token = mock.world.tokens.active;
  }

  post(path: string, body: unknown, token: string = this.token): Promise<Seen> {
    return this.send('POST', path, token, body);
  }

  send(method: string, path: string, token: string = this.token, body?: unknown): Promise<Seen> {
    const authorization = `Bearer ${token}`;
    const { active } = this.mock.world.organizations;
    return send(
      this.mock,
      method,
      `/v1/organizations/${active}/${path}`,
      body === undefined ? { headers: { authorization } } : json(body, { authorization }),
    );
  }

  /** A job with its audio. */
  async job(work: object, path = 'works'): Promise<string> {
    const opened = succeeded(await this.post(`${path}/${path === 'works' ? 'init' : 'init-upload'}`, work));
    await fetch(String(opened.at('/upload_url')), { method: 'PUT', body: 'audio' });
    return String(opened.at('/job_id'));
  }

  async key(name: string): Promise<{ readonly id: string; readonly token: string }> {
    const created = succeeded(await this.post('api-keys', { name, scopes: ['works:register', 'works:update'] }, this.mock.world.admin));
    return { id: String(created.at('/id')), token: String(created.at('/token')) };
  }

  get last(): JournalEntry | undefined {
    return this.mock.journal.entries(1)[0];
  }
}

const codeOf = (seen: Seen): string => `${seen.status} ${(seen.at('/error/code') ?? '') as string}`.trim();

function succeeded(seen: Seen): Seen {
  expect(codeOf(seen)).to.match(/^20\d$/);
  return seen;
}

describe('mock: magic values', function () {
  this.timeout(20_000);
  const started = mocks();
  let mock: Mock;
  let client: Client;
  before(async () => {
    mock = await started.start();
  });
  beforeEach(() => {
    mock.reset();
    client = new Client(mock);
  });
  after(started.closeAll);

  it('are regular: a client can write them without looking', () => {
    const odd = contract.failures.filter(({ magic, code }) => magic !== `fail with ${code}`);
    expect(odd.map(({ key }) => key)).to.deep.equal([]);
  });

  describe('in the request', () => {
    const CARRIERS: readonly [string, string, object][] = [
      ['title', 'works/init', WORK],
      ['filename', 'works/init', WORK],
      ['external_user_ref', 'works/init', WORK],
      ['filename', 'works/1001/versions/init-upload', VERSION],
      ['name', 'api-keys', { scopes: ['works:read'] }],
    ];
    for (const [member, path, body] of CARRIERS) {
      it(`trigger by ${member} of ${path}`, async () => {
        const text = 'fail with common.service_unavailable';
        const token = path === 'api-keys' ? mock.world.admin : client.token;
        const seen = await client.post(path, { ...body, [member]: text }, token);
        expect(codeOf(seen)).to.equal('503 common.service_unavailable');
        expect(seen.headers.get('retry-after')).to.match(/^\d+$/);
        expect(client.last).to.include({ answeredBy: 'magic', code: 'common.service_unavailable', why: `magic value in /${member}` });
      });
    }

    it('may have a file extension behind them', async () => {
      expect(codeOf(await client.post('works/init', { ...WORK, filename: 'fail with api_key.revoked.wav' }))).to.equal(
        '401 api_key.revoked',
      );
    });

    it('win over a body that is invalid, and over a credential that is none, as a choice does', async () => {
      expect(codeOf(await client.post('works/init', { title: 'fail with api_key.revoked' }, 'nobody'))).to.equal('401 api_key.revoked');
    });

    it('say what is true of the request', async () => {
      const scope = await client.post('works/init', { ...WORK, title: 'fail with api_key.scope_denied' });
      expect(scope.at('/error/details/required')).to.equal('works:register');
      const fields = await client.post('works/init', { title: 'fail with common.validation_failed', filename: 7 });
      expect(fields.at('/error/details/fields/0')).to.be.an('object');
      expect(fields.text).to.contain('/filename').and.to.contain('/creators');
    });

    it('that are a slip never turn into a success', async () => {
      const slips = [
        'fail with api_key.revokd',
        'fail with api_key.revoked!',
        'Fail with api_key.revoked',
        'fail with api_key.revoked at nothing',
      ];
      for (const title of slips) {
        const seen = await client.post('works/init', { ...WORK, title });
        expect([seen.status, seen.at('/type')], title).to.deep.equal([501, 'failpath:unknown-choice']);
        expect(seen.at('/detail')).to.match(
          /^\/title is "[^"]+", which is no magic value of this contract\. Did you mean "fail with api_key\.revoked/,
        );
      }
    });

    it('in another member or place are a text like any other', async () => {
      const texts = [' fail with api_key.revoked', 'fail without'];
      const narrow = ['fail with api_key.revoked at prepareWork', DRY_RUN];
      for (const title of [...texts, ...narrow]) succeeded(await client.post('works/init', { ...WORK, title }));
      succeeded(await client.post('works/init', { ...WORK, note: 'fail with api_key.revoked' }));
      succeeded(await client.post('works/init', { ...WORK, creators: [{ ...CREATOR, full_name: 'fail with api_key.revoked' }] }));
      expect(codeOf(await client.post('works/init', { ...WORK, title: ['fail with api_key.revoked'] }))).to.equal(
        '422 common.validation_failed',
      );
    });

    it('come after the choice of the caller and after rules', async () => {
      const body = { ...WORK, title: 'fail with api_key.revoked' };
      const chosen = await send(mock, 'POST', '/v1/organizations/any/works/init', json(body, { prefer: 'error=api_key.not_found' }));
      expect(codeOf(chosen)).to.equal('401 api_key.not_found');
      mock.on('initWork').fails('registration.creators_required').times(1);
      expect(codeOf(await client.post('works/init', body))).to.equal('422 registration.creators_required');
      expect(codeOf(await client.post('works/init', body))).to.equal('401 api_key.revoked');
    });

    it('are generated where the mock is told to, unless the choice asks for the example', async () => {
      const dynamic = await started.start({ dynamic: true, seed: '7' });
      const ask = (headers: Record<string, string>): Promise<Seen> =>
        send(dynamic, 'POST', '/v1/organizations/any/works/init', json({ title: 'fail with common.bad_request' }, headers));
      const [generated, plain] = [await ask({}), await ask({ prefer: 'dynamic=false' })];
      expect([codeOf(generated), codeOf(plain)]).to.deep.equal(['400 common.bad_request', '400 common.bad_request']);
      expect(generated.headers.get('preference-applied')).to.equal(null);
      expect(plain.headers.get('preference-applied')).to.equal('dynamic=false');
      expect(dynamic.journal.entries().map(({ answeredBy }) => answeredBy)).to.deep.equal(['magic', 'magic']);
    });
  });

  describe('that the sandbox remembers', () => {
    for (const member of ['title', 'filename', 'external_user_ref']) {
      it(`trigger at prepare and at confirm, by the ${member} of the job`, async () => {
        const unprepared = await client.job({ ...WORK, [member]: DRY_RUN });
        const prepared = await client.post('works/prepare', { job_id: unprepared });
        expect(codeOf(prepared)).to.equal('422 registration.dry_run_failed');
        expect(client.last).to.include({ answeredBy: 'magic', why: `magic value in the ${member} of the job` });
        expect(codeOf(await client.post('works/prepare', { job_id: unprepared })), 'again').to.equal('422 registration.dry_run_failed');

        const job = { job_id: await client.job({ ...WORK, [member]: 'fail with common.quota_exceeded' }) };
        succeeded(await client.post('works/prepare', job));
        const confirmed = await client.post('works/confirm', job);
        expect(codeOf(confirmed)).to.equal('429 common.quota_exceeded');
        expect(confirmed.headers.get('retry-after')).to.match(/^\d+$/);
        expect(client.last?.why).to.equal(`magic value in the ${member} of the job`);
      });
    }

    it('trigger by the name of the key that calls, whatever it calls', async () => {
      const { token } = await client.key('fail with api_key.revoked');
      for (const path of ['works/init', 'works/prepare', 'works/1001/versions/confirm']) {
        expect(codeOf(await client.post(path, WORK, token)), path).to.equal('401 api_key.revoked');
        expect(client.last).to.include({ answeredBy: 'magic', why: 'magic value in the name of the key' });
      }
      succeeded(await client.post('works/init', WORK));
    });

    it('belong to their job and key alone, and are gone with a reset', async () => {
      const magic = await client.job({ ...WORK, title: DRY_RUN });
      const plain = await client.job(WORK);
      succeeded(await client.post('works/prepare', { job_id: plain }));
      const { token } = await client.key('fail with api_key.revoked');
      mock.reset();
      expect(codeOf(await client.post('works/prepare', { job_id: magic }))).to.equal('404 registration.upload_session_not_found');
      expect(codeOf(await client.post('works/init', WORK, token))).to.equal('401 api_key.not_found');
    });

    it('trigger at one operation only, where one is named', async () => {
      const job = { job_id: await client.job({ ...WORK, title: 'fail with common.service_unavailable at confirmWork' }) };
      succeeded(await client.post('works/prepare', job));
      expect(codeOf(await client.post('works/confirm', job))).to.equal('503 common.service_unavailable');
    });

    it('trigger at a transaction, and at the versions of a work, by its title', async () => {
      const confirm = async (title: string): Promise<Seen> => {
        const job = { job_id: await client.job({ ...WORK, title }) };
        succeeded(await client.post('works/prepare', job));
        return succeeded(await client.post('works/confirm', job));
      };
      const lost = await fetch(String((await confirm('fail with transaction.not_found')).at('/status_url')));
      expect(lost.status).to.equal(404);
      expect(client.last?.why).to.equal('magic value in the title of the transaction');

      const sent = await confirm('fail with work.not_found at prepareVersion');
      await mock.clock.advance(60_000);
      const done = (await (await fetch(String(sent.at('/status_url')))).json()) as { result: { ats_id: number } };
      const versions = `works/${done.result.ats_id}/versions`;
      const job = { job_id: await client.job({ ...VERSION, filename: 'live.wav' }, versions) };
      expect(codeOf(await client.post(`${versions}/prepare`, job))).to.equal('404 work.not_found');
      expect(client.last?.why).to.equal('magic value in the title of the work');
    });

    it('trigger where keys are listed and revoked, by the name of a key that is not revoked', async () => {
      const { id } = await client.key('fail with common.service_unavailable at listApiKeys');
      expect(codeOf(await client.send('GET', 'api-keys', mock.world.admin))).to.equal('503 common.service_unavailable');
      expect(client.last?.why).to.equal('magic value in the name of a key');
      expect((await client.send('DELETE', `api-keys/${id}`, mock.world.admin)).status).to.equal(204);
      succeeded(await client.send('GET', 'api-keys', mock.world.admin));
    });
  });

  describe('of every failure', () => {
    /** What happens when a value, narrowed to the operation, comes as early as it can. */
    const reach = async ({ id }: Operation, text: string): Promise<Seen> => {
      const { admin } = mock.world;
      switch (id) {
        case 'initWork':
          return client.post('works/init', { ...WORK, external_user_ref: text });
        case 'prepareWork':
          return client.post('works/prepare', { job_id: await client.job({ ...WORK, title: text }) });
        case 'confirmWork':
        case 'getTransaction':
        case 'trackTransaction': {
          const job = { job_id: await client.job({ ...WORK, filename: text }) };
          succeeded(await client.post('works/prepare', job));
          const confirmed = await client.post('works/confirm', job);
          if (id === 'confirmWork') return confirmed;
          return send(mock, 'GET', new URL(String(confirmed.at(id === 'trackTransaction' ? '/ws_url' : '/status_url'))).pathname);
        }
        case 'createApiKey':
          return client.post('api-keys', { name: text, scopes: ['works:read'] }, admin);
        case 'listApiKeys':
          await client.key(text);
          return client.send('GET', 'api-keys', admin);
        case 'revokeApiKey':
          return client.send('DELETE', `api-keys/${(await client.key(text)).id}`, admin);
        case 'createPartnerSession':
          return client.post('partner-sessions', { external_user_ref: text });
        case 'listExternalUserWorks':
          return client.send('GET', `external-users/${encodeURIComponent(text)}/works?network=testnet`);
        case 'downloadVersionFile':
          return client.send('GET', `external-users/${encodeURIComponent(text)}/works/any/versions/1/download/audio`);
        default: {
          const { token } = await client.key(text);
          const step = { initVersion: 'init', initVersionUpload: 'init-upload', prepareVersion: 'prepare', confirmVersion: 'confirm' }[id];
          return client.post(`works/1001/versions/${step}`, { ...VERSION, filename: 'live.wav', job_id: 'none' }, token);
        }
      }
    };

    for (const operation of contract.operations) {
      it(`reach all ${operation.failures.length} of ${operation.id}`, async () => {
        for (const { magic, status, code } of operation.failures) {
          mock.reset();
          expect(codeOf(await reach(operation, `${magic} at ${operation.id}`)), code).to.equal(`${status} ${code}`);
          expect(client.last).to.include({ answeredBy: 'magic', operation: operation.id, code });
        }
      });
    }

    it('trigger at the first operation of a work that declares them', async () => {
      const journey = ['initWork', 'prepareWork', 'confirmWork', 'getTransaction'];
      const codes = new Map<string, Failure>(contract.failures.map((failure) => [failure.code, failure]));
      for (const { code, status, magic } of codes.values()) {
        const first = journey.find((id) => contract.operation(id)?.failures.some((failure) => failure.code === code));
        expect(await travel(`${magic}`), code).to.equal(first === undefined ? 'arrived' : `${first} ${status} ${code}`);
      }
    });

    /** A work on its way: where it was stopped. */
    const travel = async (title: string): Promise<string> => {
      const opened = await client.post('works/init', { ...WORK, title });
      if (opened.status >= 300) return `initWork ${codeOf(opened)}`;
      await fetch(String(opened.at('/upload_url')), { method: 'PUT', body: 'audio' });
      const job = { job_id: opened.at('/job_id') };
      const prepared = await client.post('works/prepare', job);
      if (prepared.status >= 300) return `prepareWork ${codeOf(prepared)}`;
      const confirmed = await client.post('works/confirm', job);
      if (confirmed.status >= 300) return `confirmWork ${codeOf(confirmed)}`;
      const followed = await send(mock, 'GET', new URL(String(confirmed.at('/status_url'))).pathname);
      return followed.status >= 300 ? `getTransaction ${codeOf(followed)}` : 'arrived';
    };
  });

  describe('of another contract', () => {
    const LAMPS = (magic: string, value: string): string => `openapi: 3.1.0
info: {title: Lamps, version: '1'}
x-failpath: {refusals: {malformedBody: lamp.taken}${magic}}
paths:
  /lamps:
    post:
      operationId: createLamp
      requestBody: {content: {application/json: {schema: {type: object, properties: {at: {type: object, properties: {place: {type: string}}}}}}}}
      responses:
        '201': {description: Made.}
        '409':
          description: Taken.
          content:
            application/json:
              schema: {${value}properties: {error: {properties: {code: {const: lamp.taken}}}}}
              examples: {lamp.taken: {value: {error: {code: lamp.taken, message: taken, request_id: req_1}}}}
`;
    const create = async (yaml: string, place: unknown): Promise<string> => {
      const lamps = await started.start<unknown>({ contract: await contractFrom(yaml) });
      return codeOf(await send(lamps, 'POST', '/lamps', json({ at: { place } })));
    };

    it('need no sandbox, and may stand deep in a body', async () => {
      const yaml = LAMPS(', magic: [/at/place]', 'x-magic: taken, ');
      expect(await create(yaml, 'taken')).to.equal('409 lamp.taken');
      expect(await create(yaml, 'free')).to.equal('201');
    });

    it('are none where it declares none', async () => {
      expect(await create(LAMPS('', ''), 'fail with lamp.taken')).to.equal('201');
    });
  });
});
