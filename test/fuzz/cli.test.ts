import { expect } from 'chai';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { failpath, temporaryFile, temporaryFolder } from '../support/cli.js';
import { expectGolden } from '../support/golden.js';
import { normalise } from '../support/normalise.js';
import { inside } from './inside.js';
import { SHOP_CONTRACT, SHOP_TOKEN, startShop, type Bug, type Shop } from './shop/server.js';

const BUGS: readonly Bug[] = ['null crashes', 'no upper limit', 'token in any case', 'slash opens', 'trace shown', 'message missing'];
const env = { SHOP_KEY: SHOP_TOKEN };

/** How a team would describe the shop. */
function describeShop({ url }: Pick<Shop, 'url'>): string {
  return temporaryFile('shop.yaml', `url: ${url}\nidentities:\n  key: \${SHOP_KEY}\n`);
}

const shown = (text: string): string => normalise(text).replaceAll(/\/\S*\/shop\.yaml/g, '<folder>/shop.yaml');

describe('failpath fuzz', function () {
  this.timeout(120_000);
  let shop: Shop;
  let args: readonly string[];
  beforeEach(async () => {
    shop = await startShop(...BUGS);
    args = ['fuzz', '--contract', SHOP_CONTRACT, '--deployment', describeShop(shop), '--seed', '7', '--requests', '450'];
  });
  afterEach(() => shop.close());

  it('tells each cause once, with what to do and the request as one line', async () => {
    const { exitCode, stdout, stderr } = await failpath(args, { env });
    expectGolden(
      shown(`exit code ${exitCode}\n--- stdout\n${stdout}--- stderr\n${stderr}`),
      new URL('./goldens/shop.txt', import.meta.url),
    );
    expect(stdout + stderr).not.to.contain(SHOP_TOKEN);
  });

  it('says it in JSON as well', async () => {
    const { exitCode, stdout } = await inside([...args, '--json', '--operation', 'getOrder'], { env });
    const { seed, findings, sent } = JSON.parse(stdout) as {
      seed: number;
      sent: number;
      findings: readonly { cause: string; curl: string }[];
    };
    expect({ exitCode, seed }).to.deep.equal({ exitCode: 1, seed: 7 });
    expect(findings.map(({ cause }) => cause)).to.include('* | accepted | credential (case)');
    expect(sent).to.be.at.least(200);
  });

  it('keeps findings in a folder, tries them first, and runs one again', async () => {
    const folder = join(temporaryFolder(), 'corpus');
    expect((await inside([...args, '--corpus', folder], { env })).exitCode).to.equal(1);
    const files = readdirSync(folder);
    const kept = files.map((file) => readFileSync(join(folder, file), 'utf8'));
    expect(kept.join('\n')).not.to.contain(SHOP_TOKEN);
    const file = join(folder, files.find((name) => name.startsWith('server-error')) ?? '');
    const few = [...args.slice(0, -1), '1'];
    const first = await inside([...few, '--corpus', folder, '--json'], { env });
    expect((JSON.parse(first.stdout) as { findings: readonly unknown[] }).findings).to.have.lengthOf(files.length);

    // What was kept is found again by its file.
    const met = await inside([...few, '--corpus', folder, '--timeout', '3', '--rate', '500'], { env });
    expect(met.stdout).to.contain(`--timeout 3 --rate 500 --replay ${file}\n`);

    const replay = [...args.slice(0, 5), '--replay', file];
    const again = await inside(replay, { env });
    expect({ exitCode: again.exitCode, stdout: again.stdout }).to.have.property('exitCode', 1);
    expect(again.stdout).to.match(/placeOrder with \/count null was answered with 500/);
    const numbered = /--replay (7:\d+)/.exec((await inside([...args, '--operation', 'getOrder'], { env })).stdout)?.[1] ?? '';
    const byNumber = [...args.slice(0, 5), '--operation', 'getOrder', '--replay', numbered];
    expect((await inside(byNumber, { env })).exitCode).to.equal(1);

    shop.bugs = new Set();
    expect((await inside(replay, { env })).exitCode).to.equal(0);
    expect((await inside(byNumber, { env })).exitCode).to.equal(0);
  });

  it('finds nothing in the embedded sandbox', async () => {
    const { exitCode, stdout, stderr } = await inside(['fuzz', '--seed', '3', '--requests', '60']);
    expect(shown(stderr)).to.equal('seed 3\n');
    expect(stdout).to.match(
      /^nothing found: \d+ requests to 15 operations of the embedded sandbox in .* s, 15 of 15 good requests accepted, seed 3\n$/,
    );
    expect(exitCode).to.equal(0);
  });

  it('is stopped by an interrupt, and says what was found so far', async () => {
    const folder = temporaryFolder();
    const { exitCode, stdout } = await inside([...args.slice(0, 7), '--time', '60', '--corpus', folder], {
      env,
      interrupt: shop.reaches(200),
    });
    expect(exitCode).to.equal(130);
    expect(stdout).to.match(/\ninterrupted: \d+ findings?: \d+ requests /);
    expect(readdirSync(folder)).to.not.deep.equal([]);
  });

  it('ends with its time', async () => {
    shop.bugs = new Set();
    const { exitCode, stdout } = await inside([...args.slice(0, 7), '--time', '0.3'], { env });
    expect(exitCode).to.equal(0);
    expect(stdout).to.match(/^nothing found: /);
  });

  it('cannot judge what does not answer, what is no good request, and a file that it has not written', async () => {
    const closed = await new Promise<string>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address() as { port: number };
        server.close(() => resolve(`http://127.0.0.1:${port}`));
      });
    });
    const silent = await inside(['fuzz', '--contract', SHOP_CONTRACT, '--url', closed]);
    expect(silent.exitCode).to.equal(3);
    expect(silent.stdout).to.match(/^nothing answered: 0 requests/);
    const file = temporaryFile('finding.json', '{"failpathFinding":2}');
    const foreign = await inside([...args.slice(0, 5), '--replay', file], { env });
    expect(foreign.exitCode).to.equal(4);
    expect(foreign.stderr).to.match(/^finding-unreadable {2}\S*finding\.json: failpathFinding: /);
    writeFileSync(file, 'no JSON');
    expect((await inside([...args.slice(0, 5), '--corpus', join(file, '..')], { env })).stderr).to.contain('it is no JSON');
    for (const wrong of [
      ['--seed', 'x'],
      ['--requests', '0'],
      ['--replay', '7:0'],
      ['--only', 'x'],
      ['--operation', 'noSuch'],
    ])
      expect((await inside([...args.slice(0, 5), ...wrong], { env })).exitCode, wrong.join(' ')).to.equal(4);
  });

  it('sends nothing that the deployment file does not allow', async () => {
    const host = new URL(shop.url).host;
    const file = temporaryFile(
      'shop.yaml',
      `url: ${shop.url}\nproduction: true\nallow: { hosts: ['${host}'], writes: [] }\nidentities:\n  key: \${SHOP_KEY}\n`,
    );
    const { stdout, stderr } = await inside(args.with(4, file), { env });
    expect(stderr).to.match(/note: the deployment file does not allow placeOrder: name it in allow\.writes\./);
    expect(stdout).to.match(/\d+ requests to 1 of 2 operations of http:\S+ in \d\.\d s, 1 of 1 good requests accepted, seed 7\n$/);
    expect(shop.methods()).to.not.include('POST');
  });
});
