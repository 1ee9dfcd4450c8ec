import { expect } from 'chai';
import fc from 'fast-check';
import { startMock, type Mock } from '../../mocks/index.js';
import type { AtsWorld } from '../../mocks/ats/index.js';
import { atsContract } from '../mock/support.js';
import { NEW_WORK, NOON } from './support.js';

/** What is done to a world; numbers choose among what it has answered so far. */
type Action =
  | { readonly does: 'init'; readonly key: string | undefined; readonly title: string }
  | { readonly does: 'upload' | 'prepare' | 'confirm' | 'status' | 'revoke' | 'use'; readonly of: number }
  | { readonly does: 'create'; readonly scopes: readonly string[] }
  | { readonly does: 'job' | 'work' | 'list' | 'partner' | 'works' | 'clear' | 'reset' | 'stranger' | 'snapshot' | 'restore' }
  | { readonly does: 'version'; readonly upload: boolean }
  | { readonly does: 'advance'; readonly seconds: number }
  | { readonly does: 'freeze'; readonly frozen: boolean }
  | { readonly does: 'rule'; readonly rule: object }
  | { readonly does: 'faults'; readonly faults: object }
  | { readonly does: 'organization'; readonly change: object };

const some = fc.nat({ max: 5 });
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('init' as const),
      key: fc.constantFrom(undefined, 'a', 'b'),
      title: fc.constantFrom('x', 'y', ''),
    }),
  },
  {
    weight: 14,
    arbitrary: fc.record({
      does: fc.constantFrom('upload', 'upload', 'prepare', 'prepare', 'confirm', 'status', 'revoke', 'use'),
      of: some,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('create' as const), scopes: fc.subarray(['works:register', 'works:read', 'nothing']) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constantFrom('list', 'partner', 'works', 'clear', 'stranger', 'snapshot', 'restore'),
    }),
  },
  { weight: 4, arbitrary: fc.record({ does: fc.constantFrom('job', 'work') }) },
  { weight: 1, arbitrary: fc.constant({ does: 'reset' } as const) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('version' as const), upload: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constant('advance' as const), seconds: fc.constantFrom(0.001, 12, 299.999, 600, 86_400, 1e7) }),
  },
  { weight: 1, arbitrary: fc.constant({ does: 'freeze', frozen: true } as const) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('rule' as const),
      rule: fc.constantFrom(
        // oxlint-disable-next-line unicorn/no-thenable -- it is what a rule calls it
        { on: 'initWork', answers: [503, 'ok'], then: 'cycle' },
        { on: 'prepareWork', answers: ['registration.dry_run_failed', 'ok'], per: 'Idempotency-Key' },
        { on: 'confirmWork', probability: 0.5, seed: 'x', answers: [503] },
        { on: 'getTransaction', when: { occurrence: { every: 2 } }, answers: [503] },
        { on: 'listApiKeys', uses: 2, lasts: '5m', answers: [503] },
        { on: 'initWork', scenario: { name: 's', is: 'Started', becomes: 'next' }, answers: ['api_key.revoked'] },
        { on: 'createApiKey', scenario: { name: 's', is: 'next', becomes: 'Started' }, answers: [503] },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('faults' as const),
      faults: fc.constantFrom({ upstream: true }, { upstream: false }, { submission: 'no' }, { submission: false }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('organization' as const),
      change: fc.constantFrom(
        { credits: 1 },
        { credits: 500 },
        { quota: 1 },
        { quota: null },
        { active: false },
        { active: true },
        { maxKeys: 9 },
      ),
    }),
  },
);

/** A world, and what its user knows of it. */
class User {
  readonly #mock: Mock;
  readonly #prefix: string;
  readonly #world: AtsWorld;
  readonly known: { jobs: string[]; uploads: string[]; transactions: string[]; keys: { id: string; token: string }[]; partner: string };

  constructor(
    mock: Mock,
    prefix: string,
    world: AtsWorld,
    known: User['known'] = { jobs: [], uploads: [], transactions: [], keys: [], partner: '' },
  ) {
    this.#mock = mock;
    this.#prefix = prefix;
    this.#world = world;
    this.known = structuredClone(known);
  }

  // oxlint-disable-next-line typescript/consistent-return -- every action is dealt with
  async do(action: Action): Promise<string> {
    const { known } = this;
    const { tokens, admin, externalUser, organizations } = this.#world;
    const organization = `/v1/organizations/${organizations.active}`;
    const nth = <T>(list: readonly T[], of: number): T | undefined => list[list.length - 1 - (list.length === 0 ? 0 : of % list.length)];
    switch (action.does) {
      case 'init': {
        const seen = await this.#ask('POST', `${organization}/works/init`, tokens.active, { ...NEW_WORK, title: action.title }, action.key);
        return this.#opened(seen);
      }
      case 'job':
      case 'work': {
        const steps = ['upload', 'prepare', ...(action.does === 'work' ? (['confirm'] as const) : [])] as const;
        const texts = [await this.do({ does: 'init', key: undefined, title: 'x' })];
        for (const does of steps) texts.push(await this.do({ does, of: 0 }));
        return texts.join('\n');
      }
      case 'version': {
        const { network, creators, filename } = NEW_WORK;
        const body = { network, creators, ...(action.upload ? { filename } : {}) };
        return this.#opened(
          await this.#ask('POST', `${organization}/works/1001/versions/init${action.upload ? '-upload' : ''}`, tokens.active, body),
        );
      }
      case 'upload': {
        const url = nth(known.uploads, action.of);
        if (url === undefined) return '';
        const answer = await this.#mock.fetch(`${this.#prefix}/__storage/${url}`, { method: 'PUT', body: new Uint8Array(10 + action.of) });
        return `${answer.status}`;
      }
      case 'prepare':
        return (await this.#ask('POST', `${organization}/works/prepare`, tokens.active, { job_id: nth(known.jobs, action.of) ?? 'x' }))
          .text;
      case 'confirm': {
        const seen = await this.#ask('POST', `${organization}/works/confirm`, tokens.active, { job_id: nth(known.jobs, action.of) ?? 'x' });
        const id = /"transaction_id":"([^"]+)"/.exec(seen.text)?.[1];
        if (id !== undefined) known.transactions.push(id);
        return seen.text;
      }
      case 'status':
        return (await this.#ask('GET', `/v1/transactions/${nth(known.transactions, action.of) ?? 'x'}`)).text;
      case 'create': {
        const seen = await this.#ask('POST', `${organization}/api-keys`, admin, { name: 'k', scopes: action.scopes });
        const [, id, token] = /"id":"([^"]+)".*"token":"([^"]+)"/.exec(seen.text) ?? [];
        if (id !== undefined && token !== undefined) known.keys.push({ id, token });
        return seen.text;
      }
      case 'revoke':
        return (await this.#ask('DELETE', `${organization}/api-keys/${nth(known.keys, action.of)?.id ?? 'x'}`, admin)).text;
      case 'use':
        return this.#opened(await this.#ask('POST', `${organization}/works/init`, nth(known.keys, action.of)?.token ?? 'x', NEW_WORK));
      case 'stranger':
        return (await this.#ask('POST', `${organization}/works/init`, 'afo_sk_live_strangerstranger', NEW_WORK)).text;
      case 'list':
        return (await this.#ask('GET', `${organization}/api-keys`, admin)).text;
      case 'partner': {
        const seen = await this.#ask('POST', `${organization}/partner-sessions`, tokens.active, { external_user_ref: externalUser.ref });
        known.partner = /"token":"([^"]+)"/.exec(seen.text)?.[1] ?? known.partner;
        return seen.text;
      }
      case 'works': {
        const path = `${organization}/external-users/${externalUser.ref}/works?network=testnet`;
        return (await this.#ask('GET', path, known.partner)).text;
      }
      case 'clear':
        return this.#admin('DELETE', '/rules');
      case 'reset':
        await this.#admin('POST', '/reset');
        return this.#admin('PUT', '/clock', { now: NOON, frozen: true });
      case 'snapshot':
        return this.#admin('POST', `/sessions/${this.#prefix.slice(-12)}/snapshots`, { name: 's' });
      case 'restore':
        return this.#admin('POST', `/sessions/${this.#prefix.slice(-12)}/restore`, { snapshot: 's' });
      case 'advance':
        return this.#admin('POST', '/clock/advance', { seconds: action.seconds });
      case 'freeze':
        return this.#admin('PUT', '/clock', { frozen: action.frozen });
      case 'rule':
        return (await this.#admin('POST', '/rules', action.rule)).replaceAll(/"id":"[^"]+"/g, '');
      case 'faults':
        return this.#admin('PUT', '/faults', action.faults);
      case 'organization':
        return this.#admin('PUT', `/organizations/${organizations.active}`, action.change);
    }
  }

  #opened(seen: { readonly text: string }): string {
    const [, job] = /"job_id":"([^"]+)"/.exec(seen.text) ?? [];
    const [, upload] = /__storage\/([0-9a-f]+)"/.exec(seen.text) ?? [];
    if (job !== undefined) this.known.jobs.push(job);
    if (upload !== undefined) this.known.uploads.push(upload);
    return seen.text;
  }

  async #ask(method: string, path: string, token?: string, body?: object, key?: string): Promise<{ readonly text: string }> {
    const headers: Record<string, string> = {
      host: 'mock.test',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    };
    const answer = await this.#mock.fetch(this.#prefix + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = (await answer.text()).replaceAll(/req_[0-9a-f]{32}/g, '').replaceAll(/__session\/[0-9a-f]{12}/g, '');
    return { text: `${answer.status} ${text}` };
  }

  async #admin(method: string, path: string, body?: object): Promise<string> {
    const answer = await this.#mock.fetch(`${this.#prefix}/__admin${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return `${answer.status} ${(await answer.text()).slice(0, 500)}`;
  }
}

interface Begun {
  readonly id: string;
  readonly world: AtsWorld;
}

async function beginIn(mock: Mock, body: object): Promise<Begun> {
  const answer = await mock.fetch('/__admin/sessions', { method: 'POST', body: JSON.stringify(body) });
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(text);
  return JSON.parse(text) as Begun;
}

describe('sessions: whatever has happened, its replay goes on as it would have', function () {
  this.timeout(120_000);
  let original: Mock;
  let other: Mock;
  before(async () => {
    const contract = await atsContract();
    [original, other] = [await startMock({ contract, listen: false }), await startMock({ contract, listen: false })];
  });
  after(() => Promise.all([original.close(), other.close()]));

  it('holds for random calls of the API and of the control API', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), fc.array(action, { maxLength: 20 }), async (past, future) => {
        const session = await beginIn(original, { clock: { now: NOON, frozen: true } });
        const prefix = `/__session/${session.id}`;
        const user = new User(original, prefix, session.world);
        for (const one of past) await user.do(one);
        const replayed = await original.fetch(`/__admin/sessions/${session.id}/replay`);
        const { token } = (await replayed.json()) as { token: string };
        const copy = await beginIn(other, { replay: token });
        const copied = new User(other, `/__session/${copy.id}`, copy.world, user.known);
        // Snapshots are no part of a situation.
        for (const one of future.filter(({ does }) => does !== 'restore')) {
          expect(await copied.do(one), JSON.stringify(one)).to.equal(await user.do(one));
        }
        for (const [mock, id] of [
          [original, session.id],
          [other, copy.id],
        ] as const) {
          await mock.fetch(`/__admin/sessions/${id}`, { method: 'DELETE' });
        }
      }),
      { numRuns: 100 },
    );
  });
});
