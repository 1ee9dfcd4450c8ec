import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { request } from 'undici';
import { startMock, WORLD, type Mock } from '../../mocks/index.js';
import { ROOT } from '../support/cli.js';
import { NEW_WORK } from './harness.js';

type Json = Readonly<Record<string, unknown>>;

interface Seen {
  readonly status: number;
  readonly code: unknown;
  readonly json: Json;
}

/** What a partner's backend and its pages do, with nothing but fetch. */
class Partner {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async send(method: string, path: string, { token, body }: { token?: string | undefined; body?: unknown } = {}): Promise<Seen> {
    const target = path.startsWith('/') ? path : `/v1/organizations/${WORLD.organizations.active}/${path}`;
    const response = await fetch(this.#url + target, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const json = JSON.parse((await response.text()) || '{}') as Json;
    return { status: response.status, code: (json['error'] as Json | undefined)?.['code'], json };
  }

  async call(method: string, path: string, ask?: Parameters<Partner['send']>[2]): Promise<Json> {
    const { status, code, json } = await this.send(method, path, ask);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${String(code)}`);
    return json;
  }

  async session(user: string): Promise<string> {
    const { token } = await this.call('POST', 'partner-sessions', { token: WORLD.tokens.readOnly, body: { external_user_ref: user } });
    return String(token);
  }

  /** Registers a work with audio of so many bytes; resolves to its id once it is on chain. */
  async register(user: string, bytes: number): Promise<string> {
    const token = WORLD.tokens.active;
    const opened = await this.call('POST', 'works/init', { token, body: { ...NEW_WORK, external_user_ref: user } });
    const chunk = new Uint8Array(65_536);
    const chunks = function* (): Generator<Uint8Array> {
      for (let left = bytes; left > 0; left -= chunk.length) yield chunk.subarray(0, left);
    };
    await request(String(opened['upload_url']), { method: 'PUT', body: Readable.from(chunks(), { objectMode: false }) });
    const body = { job_id: opened['job_id'] };
    await this.call('POST', 'works/prepare', { token, body });
    await this.call('POST', 'works/confirm', { token, body });
    await this.call('POST', '/__admin/clock/advance', { body: { seconds: 12 } });
    return String(opened['job_id']);
  }

  list(user: string, token: string, query = 'network=testnet'): Promise<Seen> {
    return this.send('GET', `external-users/${encodeURIComponent(user)}/works?${query}`, { token });
  }

  async download(user: string, token: string, work: string, file: string): Promise<string> {
    const path = `external-users/${encodeURIComponent(user)}/works/${work}/versions/${file}`;
    return String((await this.call('GET', path, { token }))['url']);
  }
}

describe('ats sandbox: partners over a socket', () => {
  let mock: Mock;
  let partner: Partner;
  before(async () => {
    mock = await startMock({ port: 0 });
    partner = new Partner(mock.url);
  });
  beforeEach(() => mock.reset());
  after(() => mock.close());
  const { ref, work } = WORLD.externalUser;

  it('take the name of a user percent-encoded, whatever it holds', async () => {
    const names = ['a/b', 'a%2Fb', '100 %', 'a?b=c&d#e', 'ü 漢字 🎵', "it's; a, (list)", '{x}', ':id', '*', '.a', 'é'.repeat(127)];
    for (const name of names) {
      const token = await partner.session(name);
      expect((await partner.list(name, token)).status, name).to.equal(200);
      expect((await partner.list(`${name}x`, token)).code, name).to.equal('common.forbidden');
    }
  });

  it('find the works of a user with a strange name', async () => {
    const user = 'label/42 ü %2F';
    const id = await partner.register(user, 100);
    const token = await partner.session(user);
    expect((await partner.list(user, token)).json).to.have.nested.property('works[0].external_user_ref', user);
    const file = await fetch(await partner.download(user, token, id, '1/download/audio'));
    expect((await file.arrayBuffer()).byteLength).to.equal(100);
  });

  it('do not stumble over broken percent-encoding', async () => {
    const token = await partner.session('a');
    for (const name of ['%', '%zz', '%C3', '%E0%80']) {
      const seen = await partner.send('GET', `external-users/${name}/works?network=testnet`, { token });
      expect(seen.status, name).to.be.oneOf([400, 403, 404]);
      expect(seen.code, name).to.be.a('string');
    }
  });

  it('read numbers in queries, and tell all that is wrong with one', async () => {
    const token = await partner.session(ref);
    const fieldsOf = async (query: string): Promise<unknown> => {
      const { status, code, json } = await partner.list(ref, token, query);
      expect([status, code], query).to.deep.equal([422, 'common.validation_failed']);
      const { details } = json['error'] as { details: { fields: { pointer: string }[] } };
      return details.fields.map(({ pointer }) => pointer);
    };
    expect(await fieldsOf('')).to.deep.equal(['/network']);
    expect(await fieldsOf('network=x&first=0')).to.deep.equal(['/network', '/first']);
    for (const first of ['', '1.5', '-1', '101', '1e400', 'NaN', '0x10', '%00'])
      expect(await fieldsOf(`network=testnet&first=${first}`), first).to.deep.equal(['/first']);
    expect(await fieldsOf('network=testnet&after=%00')).to.deep.equal(['/after']);
    expect((await partner.list(ref, token, 'network=testnet&first=1&unknown=7')).status).to.equal(200);
    const forced = await fetch(`${mock.url}/v1/organizations/o/external-users/a/works?network=testnet&first=0`, {
      headers: { prefer: 'error=common.validation_failed' },
    });
    expect(await forced.json()).to.have.nested.property('error.details.fields[0].pointer', '/first');
  });

  it('are answered any failure on demand', async () => {
    const paths: Readonly<Record<string, [string, string]>> = {
      createPartnerSession: ['POST', 'partner-sessions'],
      listExternalUserWorks: ['GET', 'external-users/a/works'],
      downloadVersionFile: ['GET', 'external-users/a/works/b/versions/c/download/d'],
    };
    for (const [id, [method, path]] of Object.entries(paths)) {
      const { failures = [] } = mock.contract.operation(id) ?? {};
      expect(failures.length, id).to.be.greaterThan(3);
      for (const { code, status } of failures) {
        const url = `${mock.url}/v1/organizations/o/${path}`;
        const answer = await fetch(url, { method, headers: { prefer: `error=${code}` } });
        expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).to.deep.equal([status, code]);
      }
    }
  });

  it('are an identity that rules know', async () => {
    const rule = { on: 'listExternalUserWorks', when: { identity: 'partnerSession' }, fails: 'common.service_unavailable' };
    await partner.call('POST', '/__admin/rules', { body: rule });
    expect((await partner.list(ref, await partner.session(ref))).code).to.equal('common.service_unavailable');
    expect((await partner.list(ref, WORLD.tokens.active)).code).to.equal('common.unauthorized');
  });

  it('leave neither session nor download URL in the journal', async () => {
    const token = await partner.session(ref);
    const url = await partner.download(ref, token, work, '1/download/certificate');
    await fetch(url);
    const shown = await (await fetch(`${mock.url}/__admin/requests`)).text();
    expect(shown).to.include('downloadVersionFile').and.include('partnerSession');
    expect(shown).to.not.include(token.split('.').at(-1));
    expect(shown).to.not.include(url.split('/').at(-1));
    expect(mock.journal.entries(1)[0]?.url).to.equal('/__storage/files/…');
  });

  it('download certificates, and from pages as well', async () => {
    const url = await partner.download(ref, await partner.session(ref), work, '2/download/certificate');
    const answer = await fetch(url, { headers: { origin: 'https://partner.example.org', 'accept-encoding': 'gzip' } });
    expect(Object.fromEntries(answer.headers)).to.include({ 'content-type': 'application/pdf', 'access-control-allow-origin': '*' });
    expect((await answer.text()).startsWith('%PDF-1.7')).to.equal(true);
    const head = await fetch(url, { method: 'HEAD' });
    expect(head.headers.get('content-length')).to.equal(answer.headers.get('content-length'));
  });

  it('download in process as well', async () => {
    const url = await partner.download(ref, await partner.session(ref), work, '1/download/audio');
    const answer = await mock.fetch(url);
    expect([answer.status, (await answer.arrayBuffer()).byteLength]).to.deep.equal([200, 80_044]);
  });

  it('may leave in the middle of a download', async () => {
    const id = await partner.register('leaver', 5_000_000);
    const url = new URL(await partner.download('leaver', await partner.session('leaver'), id, '1/download/audio'));
    const socket = connect(Number(url.port), url.hostname);
    socket.write(`GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`);
    await once(socket, 'data');
    socket.destroy();
    await once(socket, 'close');
    expect((await (await fetch(url)).arrayBuffer()).byteLength).to.equal(5_000_000);
  });
});

const MB = 1_048_576;
const SIZE = 50 * MB;
const BOUND = 40 * MB;

describe('ats sandbox: a large download, from a process of its own', function () {
  this.timeout(60_000);
  let child: ChildProcess;
  let partner: Partner;
  before(async () => {
    child = spawn(process.execPath, ['--import=tsx', 'cli/main.ts', 'mock', '--port', '0', '--json'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [first] = (await once(createInterface({ input: child.stdout as Readable }), 'line')) as [string];
    partner = new Partner((JSON.parse(first) as { url: string }).url);
  });
  after(async () => {
    if (child.exitCode === null && child.kill('SIGINT')) await once(child, 'exit');
  });

  const fetched = async (bytes: number): Promise<number> => {
    const user = `user-${bytes}`;
    const id = await partner.register(user, bytes);
    const { body, headers } = await request(await partner.download(user, await partner.session(user), id, '1/download/audio'));
    let length = 0;
    for await (const chunk of body) length += (chunk as Buffer).length;
    expect(headers['content-length']).to.equal(String(bytes));
    return length;
  };

  // Linux says of every process what it has in memory; elsewhere there is nothing to measure by.
  (existsSync('/proc/self/status') ? it : it.skip)('of 50 MB takes no memory to speak of (needs /proc)', async () => {
    await fetched(8 * MB);
    const before = resident(child, 'VmRSS');
    expect(await fetched(SIZE)).to.equal(SIZE);
    expect((resident(child, 'VmHWM') - before) / MB).to.be.below(BOUND / MB);
  });
});

/** Memory of a process in bytes: in use now (`VmRSS`), or at its most (`VmHWM`). */
function resident({ pid }: ChildProcess, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}
