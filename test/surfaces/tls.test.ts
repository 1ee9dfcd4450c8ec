import { expect } from 'chai';
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:net';
import { Agent, fetch as undiciFetch } from 'undici';
import type { Mock } from '../../mocks/index.js';
import { keyPairFor } from '../../mocks/http/index.js';
import { InputError } from '../../spec/index.js';
import { failpath, startFailpath, temporaryFile, temporaryFolder } from '../support/cli.js';
import { mocks, raw } from '../mock/support.js';
import { codeOf, curl, TRANSACTION } from './support.js';

const refusal = async (run: Promise<unknown>): Promise<string> => {
  try {
    await run;
    return 'accepted';
  } catch (error) {
    return error instanceof InputError ? error.findings.map(({ problem, what }) => `${problem}: ${what}`).join() : String(error);
  }
};

describe('surfaces: TLS', () => {
  const started = mocks();
  let mock: Mock;
  let file = '';
  before(async () => {
    mock = await started.start({ tls: true });
    file = temporaryFile('mock.pem', mock.certificate ?? '');
  });
  after(() => started.closeAll());

  it('a client that trusts the certificate is answered, by any name of this machine', async () => {
    expect(mock.url).to.match(/^https:\/\/127\.0\.0\.1:\d+$/);
    const agent = new Agent({ connect: { ca: mock.certificate } });
    for (const host of ['127.0.0.1', 'localhost']) {
      const answer = await undiciFetch(`https://${host}:${mock.port}${TRANSACTION}`, { dispatcher: agent });
      expect([answer.status, codeOf(await answer.text())]).to.deep.equal([404, 'transaction.not_found']);
    }
    await agent.close();
    const seen = await curl('--cacert', file, '-w', '%{http_code}', mock.url + TRANSACTION);
    expect([seen.exitCode, codeOf(seen.stdout), seen.stdout.slice(-3)]).to.deep.equal([0, 'transaction.not_found', '404']);
  });

  it('a client that does not trust it refuses, and the mock lives on', async () => {
    expect((await curl(mock.url + TRANSACTION)).exitCode).to.equal(60);
    expect((await curl('--cacert', file, mock.url + TRANSACTION)).exitCode).to.equal(0);
  });

  it('the certificate vouches for this server alone, and for as long as clients accept', () => {
    const certificate = new X509Certificate(mock.certificate ?? '');
    expect(certificate.ca).to.equal(false);
    expect(certificate.subjectAltName).to.include('DNS:localhost').and.include('IP Address:127.0.0.1').and.include('0:0:0:0:0:0:0:1');
    const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 86_400_000;
    expect(days).to.be.greaterThan(300).and.at.most(398);
    expect(Date.parse(certificate.validFrom)).to.be.lessThan(Date.now());
  });

  it('names the host that it listens on', async () => {
    const { cert } = await keyPairFor(true, 'mock.test');
    expect(new X509Certificate(cert).checkHost('mock.test')).to.equal('mock.test');
    const everywhere = new X509Certificate((await keyPairFor(true, '0.0.0.0')).cert);
    expect(everywhere.checkHost('localhost')).to.equal('localhost');
    expect(everywhere.checkHost('0.0.0.0')).to.equal(undefined);
  });

  it('two requests share a connection', async () => {
    const seen = await curl(
      '--cacert',
      file,
      '-w',
      '%{num_connects} ',
      '-o',
      '/dev/null',
      mock.url + TRANSACTION,
      '-o',
      '/dev/null',
      mock.url + TRANSACTION,
    );
    expect(seen.stdout).to.equal('1 0 ');
  });

  it('upload URLs say https', async () => {
    const { world } = mock;
    const body = {
      network: 'testnet',
      title: 'A',
      filename: 'a.wav',
      creators: [{ full_name: 'A', email: 'a@example.org', roles: { author: true, composer: true, arranger: false, adapter: false } }],
    };
    const seen = await curl(
      '--cacert',
      file,
      '-H',
      `Authorization: Bearer ${world.tokens.active}`,
      '-H',
      'Content-Type: application/json',
      '-d',
      JSON.stringify(body),
      `${mock.url}/v1/organizations/${world.organizations.active}/works/init`,
    );
    expect(seen.stdout).to.include(`"upload_url":"${mock.url}/__storage/`);
  });

  it('HTTP without TLS is told what to call', async () => {
    const seen = await raw(mock.port, [`GET ${TRANSACTION} HTTP/1.1\r\nHost: localhost\r\n\r\n`]);
    expect(seen)
      .to.match(/^HTTP\/1\.1 400 /)
      .and.include(`call ${mock.url} instead`)
      .and.include('x-failpath-origin: mock');
  });

  it('what is neither ends, and the mock lives on', async () => {
    const before = mock.journal.total;
    expect(await raw(mock.port, [Buffer.from('16030100f8010000f40303ffffffff', 'hex')], 'end')).to.not.include('HTTP');
    await raw(mock.port, [Buffer.alloc(300, 7)]);
    const socket = connect(mock.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(Buffer.from('160301', 'hex'), () => socket.resetAndDestroy());
    expect((await curl('--cacert', file, mock.url + TRANSACTION)).exitCode).to.equal(0);
    expect(mock.journal.total).to.equal(before + 1);
  });

  it('takes a key pair that is given, and none that is broken', async () => {
    const pair = await keyPairFor(true, '127.0.0.1');
    const other = await keyPairFor(true, '127.0.0.1');
    const own = await started.start({ tls: pair });
    expect(own.certificate).to.equal(pair.cert);
    const seen = await curl('--cacert', temporaryFile('own.pem', pair.cert), own.url + TRANSACTION);
    expect(codeOf(seen.stdout)).to.equal('transaction.not_found');
    expect(await refusal(started.start({ tls: { cert: pair.cert, key: other.key } }))).to.match(
      /^usage: the certificate and the key for TLS cannot be used \(.*mismatch/,
    );
    expect(await refusal(started.start({ tls: { cert: 'no PEM', key: pair.key } }))).to.match(/^usage: the certificate and the key/);
  });

  describe('failpath mock', function () {
    this.timeout(20_000);

    it('--tls --tls-out writes what clients have to trust', async () => {
      const out = `${temporaryFolder()}/mock.pem`;
      const running = startFailpath(['mock', '--port', '0', '--tls', '--tls-out', out]);
      const [, url = ''] = await running.printed(/fails at (https:\/\/127\.0\.0\.1:\d+)\n/);
      const [hint] = await running.printed(/to trust it.*\n/);
      expect(hint).to.include(`NODE_EXTRA_CA_CERTS=${out}`);
      expect(codeOf((await curl('--cacert', out, url + TRANSACTION)).stdout)).to.equal('transaction.not_found');
      running.kill('SIGTERM');
      expect((await running.ended).exitCode).to.equal(0);
    });

    it('--tls-cert --tls-key serve files', async () => {
      const pair = await keyPairFor(true, '127.0.0.1');
      const [cert, key] = [temporaryFile('cert.pem', pair.cert), temporaryFile('key.pem', pair.key)];
      const running = startFailpath(['mock', '--port', '0', '--tls-cert', cert, '--tls-key', key]);
      const [, url = ''] = await running.printed(/fails at (https:\S+)\n/);
      expect(codeOf((await curl('--cacert', cert, url + TRANSACTION)).stdout)).to.equal('transaction.not_found');
      running.kill('SIGTERM');
      await running.ended;
    });

    it('says what is wrong with its files, and never shows a key', async () => {
      const pair = await keyPairFor(true, '127.0.0.1');
      const [cert, key] = [temporaryFile('cert.pem', pair.cert), temporaryFile('key.pem', pair.key)];
      for (const [flags, why] of [
        [['--tls-cert', cert], /^usage +--tls-key is missing\n/],
        [['--tls-cert', cert, '--tls-key', '/no/such.pem'], /^usage +--tls-key is \/no\/such\.pem\n.*ENOENT/],
        [['--tls-cert', key, '--tls-key', cert], /^usage +the certificate and the key for TLS cannot be used/],
        [['--tls-out', '/no/such/folder/mock.pem'], /^output-unwritable +--tls-out is \/no\/such\/folder\/mock\.pem\n.*ENOENT/],
      ] as const) {
        const { exitCode, stdout, stderr } = await failpath(['mock', '--port', '0', ...flags]);
        expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: '' });
        expect(stderr).to.match(why).and.not.include('PRIVATE KEY');
      }
    });
  });
});
