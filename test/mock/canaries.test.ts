import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import type { JournalEntry } from '../../mocks/index.js';
import { deployment, newFile } from '../recording/support.js';
import { json, mocks, send } from './support.js';

const NAMES = (
  'accessToken refreshToken clientSecret idToken sessionToken authToken secretKey newPassword passwordConfirmation passphrase jwt pin ' +
  'credentials secret token tokens apiKey api_key access_key session otp bearer pass'
).split(' ');
const INIT = '/v1/organizations/any/works/init';
/** Short, so that nothing but its place gives it away. */
let count = 0;
const canary = (): string => `canary${(count++).toString(36)}`;

/** Bodies that hold a credential of each type under each name. */
const BODIES: readonly Readonly<Record<string, unknown>>[] = [
  Object.fromEntries(NAMES.map((name) => [name, canary()])),
  Object.fromEntries(NAMES.map((name) => [name, { value: canary() }])),
  Object.fromEntries(NAMES.map((name) => [name, [canary(), { deep: [canary()] }]])),
  { nested: [Object.fromEntries(NAMES.map((name) => [name, 424_242]))] },
];
const UNREADABLE = `{"password":"${canary()}", "clientSecret": "a \\" ${canary()}", "tokens": ["${canary()}", {"a": "${canary()}"`;

const headersWithCanaries = (): Record<string, string> => ({
  authorization: `Bearer ${canary()}`,
  'x-auth': canary(),
  'x-access-key': canary(),
  'x-session-id': canary(),
  'x-csrf': `with ${canary()}`,
  referer: `https://me:${canary()}@app.example/cb?access_token=${canary()}&page=2#id_token=${canary()}`,
  'x-forwarded-uri': `/cb?next=%2Fx%3Fclient_secret%3D${canary()}&jwt=${canary()}`,
  'x-note': `password: ${canary()}`,
  prefer: `error=api_key.revoked, my-${canary()}=${canary()}; token=${canary()}`,
});
const queryWithCanaries = (): string =>
  [
    ...NAMES.map((name) => `${name}=${canary()}`),
    ...['refreshToken', 'key', 'code', 'auth', 'user[password]'].map((name) => `${encodeURIComponent(name)}=${canary()}`),
    `redirect=${encodeURIComponent(`/x?token=${canary()}`)}`,
    'page=seven',
    '__code=401',
  ].join('&');

describe('mock: canaries', () => {
  const running = mocks();
  after(running.closeAll);

  it('are in no listing of requests, and in no log', async () => {
    const log: JournalEntry[] = [];
    const mock = await running.start({ onRequest: (entry) => void log.push(entry) });
    for (const body of BODIES) await send(mock, 'POST', `${INIT}?${queryWithCanaries()}`, json(body, headersWithCanaries()));
    await send(mock, 'POST', INIT, json(UNREADABLE, headersWithCanaries()));
    await send(mock, 'POST', INIT, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `grant_type=authorization_code&code=${canary()}&client_secret=${canary()}`,
    });
    await send(mock, 'GET', `/v1/uploads/sk_live_Canary01/x`);
    await send(mock, 'GET', `/v1/uploads/x?q=${encodeURIComponent('aB3/x9KLmn+canaryCANARY0canaryCANARY1/canaryX9==')}`);
    const exchanges = JSON.stringify(mock.journal.exchanges());
    const listed = await (await fetch(`${mock.url}/__admin/requests`)).text();
    const decoded = listed.replaceAll(/"bodyAsBase64":"([^"]*)"/g, (_, text: string) => Buffer.from(text, 'base64').toString());
    for (const [what, text] of Object.entries({ exchanges, decoded, log: JSON.stringify(log) })) {
      expect(leaks(text), what).to.deep.equal([]);
      expect(text, what).to.contain('api').and.contain('seven');
    }
    expect(log.map(({ url }) => url).join(' ')).to.contain('&__code=401');
    expect(listed).to.contain('grant_type=authorization_code').and.contain('error=api_key.revoked');
  });

  it('are in no explanation, and in no answer that says which rule came near', async () => {
    const mock = await running.start();
    const rules = [
      { body: { at: { '/credentials/pass': canary() } } },
      { body: { at: { '$.tokens[0]': { contains: canary() }, '/newPassword': { not: { matches: canary() } } } } },
      { body: { at: { [`$.list[?(@.password == '${canary()}')]`]: 'x' } } },
      { body: { matches: `"accessToken":\\s*"${canary()}"` } },
      { body: { equals: { jwt: canary(), secret: { value: canary() } } } },
      { body: { contains: { clientSecret: { value: canary() } } } },
      { query: { sessionToken: canary() }, headers: { 'x-session-id': { matches: canary() } } },
    ];
    for (const match of rules) {
      const added = await send(mock, 'POST', '/__admin/rules', json({ on: 'initWork', when: match, responds: { status: 418 } }));
      expect(added.status, added.text).to.equal(201);
    }
    const patterns = [
      { matchesJsonPath: { expression: '$.clientSecret', equalTo: canary() } },
      { matchesJsonPath: { expression: '$.secret.value', contains: canary() } },
      { matchesJsonPath: `$[?(@['password'] == '${canary()}')]` },
      { matches: `.*"refreshToken":"${canary()}".*` },
      { contains: `"pin":"${canary()}"` },
      { equalTo: `{"idToken":"${canary()}"}` },
      { equalToJson: { passphrase: [canary()] } },
    ];
    for (const pattern of patterns) {
      const stub = { request: { method: 'POST', urlPath: INIT, bodyPatterns: [pattern] }, response: { status: 418 } };
      const added = await send(mock, 'POST', '/__admin/mappings', json(stub));
      expect(added.status, JSON.stringify(pattern)).to.equal(201);
    }
    for (const body of [...BODIES, UNREADABLE]) {
      const headers = { ...headersWithCanaries(), prefer: 'error=unheard.of' };
      const given = await fetch(`${mock.url}${INIT}`, { method: 'POST', ...json(body, headers) });
      expect(leaks(`${given.headers.get('x-failpath-why') ?? ''} ${await given.text()}`)).to.deep.equal([]);
      const asked = { method: 'POST', url: `${INIT}?sessionToken=${canary()}`, headers, body };
      const explained = await (await fetch(`${mock.url}/__admin/explain`, { method: 'POST', ...json(asked) })).text();
      expect(explained).to.contain('x-session-id').and.contain('clientSecret');
      const texts = (JSON.parse(explained) as { rules: { fields: unknown }[] }).rules.map(({ fields }) => fields);
      expect(leaks(JSON.stringify(texts))).to.deep.equal([]);
    }
  });

  it('are in no recording', async () => {
    const server = await deployment((_, res) => {
      res.writeHead(200, { 'content-type': 'application/json' });
      res.end(
        JSON.stringify({
          ...BODIES[0],
          title: 'Song',
          again: { nextPageToken: 'page-two-please', ...BODIES[1], credentials: { pass: canary() } },
        }),
      );
    });
    const to = newFile();
    const mock = await running.start({ record: { from: server.url, to } });
    for (const body of BODIES) await send(mock, 'POST', `${INIT}?${queryWithCanaries()}`, json(body, headersWithCanaries()));
    await mock.close();
    await server.close();
    const text = readFileSync(to, 'utf8');
    expect(leaks(text)).to.deep.equal([]);
    expect(text)
      .to.contain('Song')
      .and.contain('page-two-please')
      .and.match(/\$ACCESSTOKEN_\d/);
  });
});

/** What is left of the canaries, with a little of what stands before it. */
function leaks(text: string): string[] {
  return [...text.matchAll(/.{0,30}(?:canary|424242).{0,12}/gi)].map(([found]) => found);
}
