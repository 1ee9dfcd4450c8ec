import { expect } from 'chai';
import { failpath, ROOT } from '../support/cli.js';
import { contract } from '../support/judge.js';

interface Row {
  readonly operation: string;
  readonly status: number;
  readonly code: string;
}

const rows = async (...filters: readonly string[]): Promise<readonly Row[]> => {
  const { exitCode, stdout, stderr } = await failpath(['list', '--json', ...filters], { cwd: ROOT });
  expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
  return JSON.parse(stdout) as readonly Row[];
};

describe('failpath list', () => {
  it('prints every failure as JSON', async () => {
    const expected = contract.failures.map(({ operation: { id, method, path }, status, code, causes, retry, magic }) => ({
      operation: id,
      method,
      path,
      status,
      code,
      causes,
      retry,
      magic,
    }));
    expect(await rows()).to.deep.equal(expected);
  });

  it('prints a table for people: a head, a line per failure, how many there are', async () => {
    const { exitCode, stdout } = await failpath(['list'], { cwd: ROOT });
    const [head, ...lines] = stdout.trimEnd().split('\n');
    expect(exitCode).to.equal(0);
    expect(head).to.match(/^OPERATION +METHOD +PATH +STATUS +CODE +RETRY +CAUSES$/);
    expect(lines.pop()).to.equal(`${contract.failures.length} failures of ${contract.title} ${contract.version}`);
    expect(lines).to.have.length(contract.failures.length);
    contract.failures.forEach(({ operation, code, causes }, index) => {
      expect(lines[index])
        .to.match(new RegExp(`^${operation.id} `))
        .and.to.contain(` ${code} `)
        .and.to.match(new RegExp(`${escape(causes.join(', '))}$`));
    });
    const column = head?.indexOf('STATUS') ?? 0;
    for (const line of lines) expect(line.slice(column)).to.match(/^\d{3} /);
  });

  it('filters by operation, status and code: globs, repeatable within one, together across', async () => {
    expect(await rows('--code', 'api_key.revoked', '--operation', 'initWork')).to.have.length(1);
    expect(new Set((await rows('--operation', 'confirm*')).map(({ operation }) => operation))).to.deep.equal(
      new Set(['confirmWork', 'confirmVersion']),
    );
    expect(new Set((await rows('--status', '41?', '--status', '429')).map(({ status }) => status))).to.deep.equal(new Set([413, 429]));
    expect((await rows('--code', '*.not_found')).every(({ code }) => code.endsWith('.not_found'))).to.equal(true);
  });

  it('a filter that matches nothing is exit code 4 and names what was probably meant', async () => {
    const { exitCode, stdout, stderr } = await failpath(['list', '--code', 'api_key.revokd'], { cwd: ROOT });
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: '' });
    expect(stderr).to.equal(
      'filter-empty  no failure of openapi.yaml matches api_key.revokd\n' +
        '    why: A run over nothing would look like a pass.\n' +
        '    fix: Did you mean api_key.revoked? See `failpath list` for what there is.\n',
    );
  });

  it('finds its own contract where there is no other', async () => {
    const { exitCode, stdout } = await failpath(['list', '--json', '--code', 'transaction.*']);
    expect(exitCode).to.equal(0);
    expect((JSON.parse(stdout) as { operation: string }[]).map(({ operation }) => operation)).to.deep.equal([
      'getTransaction',
      'trackTransaction',
    ]);
  });
});

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
