import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { scriptJsonSchema, startMock, type Mock } from '../../mocks/index.js';
import { parseScript, readScript } from '../../mocks/script/index.js';
import { InputError } from '../../spec/index.js';

const UNKNOWN = '/v1/transactions/unknown';

async function codeOf(mock: Mock, path: string, init: RequestInit = {}): Promise<string> {
  const answer = await fetch(`${mock.url}${path}`, init);
  const { error } = (await answer.json()) as { error?: { code: string } };
  return `${answer.status} ${error?.code ?? ''}`.trim();
}

describe('a mock with rules', () => {
  let mock: Mock;
  beforeEach(async () => {
    mock = await startMock();
  });
  afterEach(() => mock.close());

  it('fails twice and then lets the sandbox answer', async () => {
    mock.on('getTransaction').fails('common.service_unavailable').times(2).then().passes();
    const seen = [await codeOf(mock, UNKNOWN), await codeOf(mock, UNKNOWN), await codeOf(mock, UNKNOWN)];
    expect(seen).to.deep.equal(['503 common.service_unavailable', '503 common.service_unavailable', '404 transaction.not_found']);
    const [first, , last] = mock.journal.entries();
    expect(first).to.include({ answeredBy: 'script', code: 'common.service_unavailable', operation: 'getTransaction' });
    expect(last).to.include({ answeredBy: 'sandbox' });
  });

  it('lets the caller choose first', async () => {
    mock.on('getTransaction').fails('transaction.not_found');
    expect(await codeOf(mock, UNKNOWN, { headers: { prefer: 'error=common.service_unavailable' } })).to.equal(
      '503 common.service_unavailable',
    );
  });

  it('knows who is asking', async () => {
    const { tokens, organizations } = mock.world;
    mock.on('initWork', { identity: 'otherKeySameOrg' }).fails('api_key.revoked');
    const ask = (token: string): Promise<string> =>
      codeOf(mock, `/v1/organizations/${organizations.active}/works/init`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
      });
    expect(await ask(tokens.otherKeySameOrg)).to.equal('401 api_key.revoked');
    expect(await ask(tokens.active)).to.equal('400 common.bad_request');
  });

  it('marks what is not the contract as its own', async () => {
    mock
      .on('getTransaction')
      .responds({ status: 418, json: { tea: true } })
      .then()
      .offContract('gateway-html-502');
    const tea = await fetch(`${mock.url}${UNKNOWN}`);
    expect([tea.status, tea.headers.get('x-failpath-origin'), await tea.json()]).to.deep.equal([418, 'mock', { tea: true }]);
    const page = await fetch(`${mock.url}${UNKNOWN}`);
    expect([page.status, page.headers.get('x-failpath-off-contract')]).to.deep.equal([502, 'gateway-html-502']);
    expect(await page.text()).to.match(/^<html>/i);
  });

  it('knows a declared failure that a rule spells out, as recordings do', async () => {
    const envelope = { error: { code: 'transaction.not_found', message: 'None.', request_id: 'req_1' } };
    mock
      .on('getTransaction')
      .answers([
        { responds: { status: 404, json: envelope } },
        { responds: { status: 503, json: envelope } },
        { responds: { status: 404, json: { error: { code: 'transaction.not_found' } } } },
      ]);
    for (let asked = 0; asked < 3; asked++) await fetch(`${mock.url}${UNKNOWN}`);
    expect(mock.journal.entries().map(({ code }) => code)).to.deep.equal(['transaction.not_found', undefined, undefined]);
    expect(mock.coverage().shown).to.equal(1);
  });

  it('resets a connection, and goes on', async () => {
    mock.on('getTransaction').resets().times(1).then().passes();
    const error = await fetch(`${mock.url}${UNKNOWN}`).then(
      () => undefined,
      (failed: Error & { cause?: { code?: string } }) => failed,
    );
    expect(error?.cause?.code).to.equal('ECONNRESET');
    expect(await codeOf(mock, UNKNOWN)).to.equal('404 transaction.not_found');
  });

  it('forgets rules of code when it is reset', async () => {
    mock.on('getTransaction').fails('common.service_unavailable');
    mock.reset();
    expect(await codeOf(mock, UNKNOWN)).to.equal('404 transaction.not_found');
  });

  it('sends requests on only to servers that it was told of', async () => {
    const server = createServer((req, res) => res.end(JSON.stringify({ error: { code: `from elsewhere ${req.url}` } })));
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const other = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const allowed = await startMock({ proxyTo: [other] });
    try {
      for (const one of [mock, allowed]) one.on('getTransaction').proxies(other);
      expect((await fetch(`${mock.url}${UNKNOWN}`)).status).to.equal(501);
      expect(await codeOf(allowed, UNKNOWN)).to.equal(`200 from elsewhere ${UNKNOWN}`);
    } finally {
      await allowed.close();
      server.close();
    }
  });
});

describe('a mock with script files', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'failpath-scripts-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('follows them, and begins them anew when it is reset', async () => {
    const file = join(folder, 'flaky.yaml');
    writeFileSync(file, 'rules: [{ on: getTransaction, answers: [503, ok] }]');
    const mock = await startMock({ script: file });
    try {
      expect(await codeOf(mock, UNKNOWN)).to.equal('503 common.service_unavailable');
      expect(await codeOf(mock, UNKNOWN)).to.equal('404 transaction.not_found');
      mock.reset();
      expect(await codeOf(mock, UNKNOWN)).to.equal('503 common.service_unavailable');
    } finally {
      await mock.close();
    }
  });

  it('refuses to start with one that cannot be used, and says where', async () => {
    const file = join(folder, 'wrong.yaml');
    writeFileSync(file, 'rules:\n  - on: getTransaction\n    fails: registration.audio_empty\n');
    const error = await startMock({ script: file }).then(
      () => undefined,
      (refused: unknown) => refused,
    );
    expect(error).to.be.instanceOf(InputError);
    expect((error as InputError).message).to.match(/wrong\.yaml:3:5 {2}script-invalid/);
  });
});

describe('docs/scripts.md', () => {
  const page = readFileSync(new URL('../../docs/scripts.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block ?? '');

  it('shows scripts that can be used', async () => {
    const mock = await startMock();
    try {
      expect(blocks).to.have.length.above(1);
      for (const block of blocks) {
        const rules = parseScript(
          parse(block),
          { name: 'docs/scripts.md', locate: () => ({ file: 'docs/scripts.md', line: 1, column: 1 }) },
          { contract: mock.contract },
        );
        mock.scripts.replace('docs/scripts.md', rules);
      }
    } finally {
      await mock.close();
    }
  });

  it('has a schema for editors that is current', () => {
    const schema: unknown = JSON.parse(readFileSync(new URL('../../schemas/script.schema.json', import.meta.url), 'utf8'));
    expect(schema).to.deep.equal(JSON.parse(JSON.stringify(scriptJsonSchema())));
    expect(readScript).to.be.a('function');
  });
});
