import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failpath, ROOT } from '../support/cli.js';

/** What is wrong with a command line, and what the answer must say. */
const MISUSES: readonly { readonly args: readonly string[]; readonly says: RegExp }[] = [
  { args: [], says: /^Usage: failpath / },
  { args: ['verifi'], says: /unknown command 'verifi'\n\(Did you mean verify\?\)/ },
  { args: ['verify', '--nope'], says: /unknown option '--nope'/ },
  { args: ['verify', '--concurency', '2'], says: /unknown option '--concurency'\n\(Did you mean --concurrency\?\)/ },
  { args: ['verify', 'staging.yaml'], says: /too many arguments/ },
  { args: ['verify', '--concurrency', '0'], says: /'0' is invalid\. It is a whole number from 1 to 64\./ },
  { args: ['verify', '--rate', '-1'], says: /'-1' is invalid\. It is a number over 0\./ },
  {
    args: ['verify', '--url', 'ftp://example.org'],
    says: /^usage {2}--url is "ftp:\/\/example\.org"\n {4}why: .+\n {4}fix: Say --url https/,
  },
  { args: ['verify', '--url', 'http://127.0.0.1', '--deployment', 'staging.yaml'], says: /--deployment and --url are both given/ },
  { args: ['verify', '--header', 'X-Team'], says: /--header is "X-Team"\n {4}why: .+\n {4}fix: Say --header/ },
  { args: ['verify', '--ca', 'nowhere.pem'], says: /--ca nowhere\.pem cannot be read: ENOENT/ },
  { args: ['verify', '--proxy', 'nope'], says: /--proxy is "nope"/ },
  {
    args: ['verify', '--out', '/proc/failpath/report'],
    says: /^output-unwritable {2}.+\/proc\/failpath\/report.+\n {4}why: .+\n {4}fix: .+--out/,
  },
  { args: ['mock', '--port', '70000'], says: /'70000' is invalid\. It is a whole number from 0 to 65535\./ },
  { args: ['mock', '--contract', 'nowhere.yaml'], says: /^contract-unreadable {2}nowhere\.yaml: no such file/ },
  { args: ['check', 'nowhere.yaml'], says: /^contract-unreadable/ },
];

describe('failpath: usage', () => {
  for (const { args, says } of MISUSES) {
    it(`failpath ${args.join(' ')} is exit code 4, says what is wrong, and prints no result`, async () => {
      const { exitCode, stdout, stderr } = await failpath(args);
      expect(stderr).to.match(says);
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: '' });
    });
  }

  for (const [command, options] of Object.entries({
    '': ['verify', 'mock', 'list', 'check', '--version'],
    verify: ['--deployment', '--url', '--filter', '--operation', '--status', '--code', '--concurrency', '--rate', '--timeout', '--header'],
    mock: ['--port', '--host', '--contract', '--dynamic', '--seed'],
    list: ['--json', '--operation', '--status', '--code', '--contract'],
    check: ['--json', 'file'],
  })) {
    it(`failpath ${command} --help names what there is`, async () => {
      const { exitCode, stdout, stderr } = await failpath([...command.split(' ').filter(Boolean), '--help']);
      expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
      expect(stdout).to.match(new RegExp(`^Usage: failpath ${command}`));
      for (const option of options) expect(stdout).to.contain(option);
    });
  }

  it('verify --help says what each exit code means', async () => {
    const { stdout } = await failpath(['verify', '--help']);
    const codes = [...stdout.slice(stdout.indexOf('Exit codes:')).matchAll(/^ {2}(\d+) +\S/gm)].map(([, code]) => Number(code));
    expect(codes).to.deep.equal([0, 1, 2, 3, 4, 70, 130]);
  });

  it('--version is the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(await failpath(['--version'])).to.deep.equal({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
  });
});
