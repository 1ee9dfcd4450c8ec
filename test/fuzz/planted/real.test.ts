import { expect } from 'chai';
import { WORLD } from '../../../mocks/index.js';
import { BUGS } from './bugs.js';
import { withBug } from './habitat.js';

const BASE = `/v1/organizations/${WORLD.organizations.active}`;
const CREATOR = {
  full_name: 'Ada Brandt',
  email: 'ada@example.org',
  roles: { author: true, composer: false, arranger: false, adapter: false },
};
const WORK = { network: 'testnet', title: 'Harbour Lights', filename: 'harbour.wav', creators: [CREATOR] };

interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly token?: string;
  readonly type?: string;
  readonly body?: string;
  /** For what hangs. */
  readonly patienceMs?: number;
}

const ask = (
  url: string,
  { method = 'POST', path, token, type = 'application/json', body, patienceMs = 5_000 }: Asked,
): Promise<Response> =>
  fetch(`${url}${path}`, {
    method,
    signal: AbortSignal.timeout(patienceMs),
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': type }),
    },
    ...(body === undefined ? {} : { body }),
  });

const work = (members: object): Asked => ({
  path: `${BASE}/works/init`,
  token: WORLD.tokens.active,
  body: JSON.stringify({ ...WORK, ...members }),
});
const key = (members: object, type?: string): Asked => ({
  path: `${BASE}/api-keys`,
  token: WORLD.admin,
  body: JSON.stringify({ name: 'Trial', scopes: ['works:read'], ...members }),
  ...(type === undefined ? {} : { type }),
});
const session = (body: string, token: string = WORLD.tokens.active): Asked => ({ path: `${BASE}/partner-sessions`, token, body });

/** The status, or `silent`. */
const statusOf = (url: string, asked: Asked): Promise<string> =>
  ask(url, asked).then(
    ({ status }) => String(status),
    () => 'silent',
  );

/** One request that shows a bug, and one beside it that must go on as before: on a good deployment, and on the one with the bug. */
interface Shown {
  readonly wrong: (url: string) => Promise<string>;
  readonly good: readonly [without: string, withBug: string];
  readonly beside: (url: string) => Promise<string>;
}

const SHOWN: Readonly<Record<string, Shown>> = {
  'unhandled null': {
    wrong: (url) => statusOf(url, key({ webhook_url: null })),
    good: ['422', '500'],
    beside: (url) => statusOf(url, key({ webhook_url: 7 })),
  },
  'number overflow': {
    wrong: (url) => statusOf(url, key({ max_file_size_bytes: 2 ** 53 })),
    good: ['201', '500'],
    beside: (url) => statusOf(url, key({ max_file_size_bytes: 4096 })),
  },
  'prototype keys': {
    wrong: (url) => statusOf(url, session('{"external_user_ref":"a","__proto__":{"isAdmin":true}}')),
    good: ['200', '500'],
    beside: (url) => statusOf(url, session('{"external_user_ref":"a","toString":1}')),
  },
  'regular-expression hang': {
    wrong: (url) => statusOf(url, { ...session(JSON.stringify({ external_user_ref: `${'a'.repeat(40)}!` })), patienceMs: 800 }),
    good: ['200', 'silent'],
    beside: (url) => statusOf(url, session(JSON.stringify({ external_user_ref: 'a'.repeat(255) }))),
  },
  'id collision': {
    wrong: async (url) => {
      const ids = [await ask(url, work({ title: 'One' })), await ask(url, work({ title: 'Two' }))].map(async (answer) => {
        const { job_id: id } = (await answer.json()) as { readonly job_id: string };
        return id;
      });
      return (await ids[0]) === (await ids[1]) ? 'the same' : 'different';
    },
    good: ['different', 'the same'],
    beside: (url) => statusOf(url, work({})),
  },
  'header injection': {
    wrong: async (url) => String((await ask(url, session('{"external_user_ref":"x\\r\\nx-injected: 1"}'))).headers.get('x-injected')),
    good: ['null', '1'],
    beside: (url) => statusOf(url, session('{"external_user_ref":"x\\u0000y"}')),
  },
  'case-insensitive token': {
    wrong: (url) => statusOf(url, session('{"external_user_ref":"a"}', WORLD.tokens.active.toUpperCase())),
    good: ['401', '200'],
    beside: (url) => statusOf(url, session('{"external_user_ref":"a"}', `${WORLD.tokens.active}0`)),
  },
  'trailing slash bypass': {
    wrong: (url) => statusOf(url, { method: 'GET', path: `${BASE}/api-keys/` }),
    good: ['404', '200'],
    beside: (url) => statusOf(url, { method: 'GET', path: `${BASE}/api-keys` }),
  },
  '500 on a bad cursor': {
    wrong: (url) => listed(url, 'x'),
    good: ['422', '500'],
    beside: (url) => listed(url, 'AAAAEX8mY0kqP2bWmVZ3xw'),
  },
  'body ignored on wrong content type': {
    wrong: (url) => statusOf(url, key({}, 'text/plain')),
    good: ['400', '201'],
    beside: (url) => statusOf(url, key({}, 'text/json')),
  },
};

async function listed(url: string, after: string): Promise<string> {
  const opened = await ask(url, session('{"external_user_ref":"a"}'));
  const { token } = (await opened.json()) as { readonly token: string };
  return statusOf(url, { method: 'GET', path: `${BASE}/external-users/a/works?network=testnet&after=${after}`, token });
}

describe('planted bugs: they are there', function () {
  this.timeout(30_000);
  it('are ten', () => {
    expect(BUGS.map(({ name }) => name))
      .to.have.members(Object.keys(SHOWN))
      .and.to.have.length(10);
  });

  for (const bug of BUGS) {
    const { wrong, good, beside } = SHOWN[bug.name] as Shown;
    it(`${bug.name}: ${good[1]} in place of ${good[0]}, and nothing else`, async () => {
      const [without, besideWithout] = await withBug({}, async (url) => [await wrong(url), await beside(url)]);
      const [withIt, besideWithIt] = await withBug(bug, async (url) => [await wrong(url), await beside(url)]);
      expect([without, withIt]).to.deep.equal([...good]);
      expect(besideWithIt).to.equal(besideWithout);
      expect(besideWithIt).to.not.equal('silent');
    });
  }
});
