import { expect } from 'chai';
import { join } from 'node:path';
import { readReplay } from '../../mocks/sessions/index.js';
import { NOON, ok, rule, short, type Client } from '../sessions/support.js';
import { startRedis } from '../stores/redis-server.js';
import { failpath, temporaryFile, temporaryFolder, type Ended } from '../support/cli.js';
import { contractCopy } from '../support/contract-copy.js';
import { processes } from './support.js';

const otherContract = (): string => contractCopy(['title: ATS Organization API', 'title: Another API']);

describe('failpath mock --replay', function () {
  this.timeout(60_000);
  const { serve, killAll } = processes();
  let origin: Client;
  let transaction: string;
  let job: string;
  /** What the control API has answered. */
  let situation: string;
  let token: string;

  before(async () => {
    ({ client: origin } = await serve());
    ok(await origin.admin('PUT', '/clock', { now: NOON, frozen: true }));
    ok(await origin.admin('POST', '/rules', [rule('getTransaction', 503, 'ok', 503)]));
    expect((await origin.transaction('x')).status).to.equal(503);
    transaction = await origin.confirmed();
    ok(await origin.admin('POST', '/clock/advance', { seconds: 60 }));
    job = await origin.prepared();
    const seen = await replayOf(origin);
    situation = seen.text;
    token = String(seen.at('/token'));
  });
  after(killAll);

  const replayOf = async (client: Client): ReturnType<Client['admin']> => ok(await client.admin('GET', '/sessions/default/replay'));

  for (const [what, text] of [
    ['an answer of the control API', () => situation],
    ['a token alone', () => `${token}\n`],
  ] as const) {
    it(`goes on from ${what}`, async () => {
      const { client } = await serve('--replay', temporaryFile('situation.json', text()));
      const again = readReplay(String((await replayOf(client)).at('/token')));
      const { state, clock } = readReplay(token);
      expect([again.state, again.clock]).to.deep.equal([state, clock]);
      expect(short(await client.transaction(transaction))).to.equal('200');
      expect(short(await client.transaction(transaction))).to.match(/^503/);
      expect(short(await client.post('works/confirm', { job_id: job }))).to.equal('202');
      expect(short(await client.post('works/confirm', { job_id: job }))).to.equal('404 registration.prepared_not_found');
    });
  }

  it('gives out from there what the origin gives out', async () => {
    const { client } = await serve('--replay', temporaryFile('situation.json', situation));
    const [one, other] = [ok(await origin.init()), ok(await client.init())];
    expect(other.at('/job_id')).to.equal(one.at('/job_id'));
  });

  const refused = async (file: string, ...args: readonly string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await failpath(['mock', '--port', '0', '--replay', file, ...args]);
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: '' });
    expect(stderr).to.match(/\n {4}fix: \S/);
    return stderr;
  };
  const DAMAGED: readonly (readonly [what: string, text: () => string, says: RegExp])[] = [
    ['a token that was cut off', () => token.slice(0, -40), /damaged: it has to be copied whole/],
    ['an answer that was cut off', () => situation.slice(0, 300), /no replay token: one begins with failpath-replay-1\./],
    ['an answer whose token is none', () => '{"token": "nonsense"}', /no replay token/],
  ];
  for (const [what, text, says] of DAMAGED) {
    it(`does not go on from ${what}`, async () => {
      const said = await refused(temporaryFile('situation.json', text()));
      expect(said)
        .to.match(/^replay-unusable {2}the situation cannot be replayed\n {4}why: /)
        .and.to.match(says);
    });
  }

  it('does not go on from a file that is not there', async () => {
    const file = join(temporaryFolder(), 'missing.json');
    const said = await refused(file);
    expect(said).to.contain(`replay-unusable  cannot read ${file}\n    why: `);
    expect(said).to.contain('GET /__admin/sessions/default/replay');
  });

  it('does not go on from a situation of another contract', async () => {
    const said = await refused(temporaryFile('situation.json', situation), '--contract', otherContract());
    expect(said).to.match(/^replay-unusable .+\n {4}why: The situation is one of another contract \(sha256 [0-9a-f]{12}…/);
  });

  it('does not go on in a folder, which has a world already', async () => {
    const said = await refused(temporaryFile('situation.json', situation), '--state', temporaryFolder());
    expect(said).to.match(/^usage {2}replay and a store are both given/);
  });
});

describe('failpath mock: what was kept with another contract', function () {
  this.timeout(60_000);
  const { serve, killAll } = processes();
  after(killAll);

  const served = async (at: readonly string[]): Promise<Ended> => {
    const { stop } = await serve(...at);
    expect((await stop()).exitCode).to.equal(0);
    return failpath(['mock', '--port', '0', '--contract', otherContract(), ...at]);
  };

  it('in a folder is exit code 4, with what to do', async () => {
    const state = temporaryFolder();
    const { exitCode, stdout, stderr } = await served(['--state', state]);
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: '' });
    const [what, why, fix] = stderr.split('\n');
    expect(what).to.equal(`state-unusable  ${state} cannot be used as a state`);
    expect(why).to.match(/^ {4}why: The world default in .+ was made with another contract \([0-9a-f]{12}…\)\.$/);
    expect(fix).to.equal('    fix: Serve the contract that it was made with, or name another folder.');
    await (await serve('--state', state)).stop();
  });

  it('in Redis is exit code 4, with what to do, and without its password', async () => {
    const redis = await startRedis(['--requirepass', 'hidden']);
    try {
      const url = redis.url.replace('//', '//:hidden@');
      const { exitCode, stdout, stderr } = await served(['--store', url]);
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: '' });
      expect(stderr).to.match(/^store-unusable {2}.+\n {4}why: The world default in redis:.+another contract .+\n {4}fix: .+\?prefix=/);
      expect(stderr).to.not.contain('hidden');
    } finally {
      await redis.stop('SIGKILL');
    }
  });
});
