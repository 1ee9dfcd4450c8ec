import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { REPORT_NAMES, type Ledger } from '../../contracts/index.js';
import { createAtsSandbox, RULES, type Replacements } from '../../mocks/ats/index.js';
import { startMock, type Mock } from '../../mocks/index.js';
import { failpath, temporaryFolder } from '../support/cli.js';
import { describeSandbox, type DeploymentFixture } from '../support/deployment.js';
import { startProxy, type Answer, type Asked } from '../support/proxy.js';

/** With characters that JSON, URLs and HTML write otherwise. */
const OPERATOR = 'operator "canary" 5f0e/2b7c+91&<x>';

/** Every form in which a secret may turn up; base64 of a longer text holds one of three forms of it. */
function formsOf(secret: string): readonly string[] {
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.from('\0'.repeat(shift) + secret).toString('base64');
    return text.slice(shift === 0 ? 0 : 4, text.length - 4);
  });
  const escaped = JSON.stringify(secret).slice(1, -1);
  const html = secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const json = [escaped, JSON.stringify(escaped).slice(1, -1), html];
  return [
    secret,
    encodeURIComponent(secret),
    encodeURI(secret),
    ...json,
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

/** A deployment that repeats whatever it is told: in body and headers, as it is, percent-encoded and in base64. */
function echoing(answer: Answer, { authorization }: Asked): Answer {
  if (answer.status < 400 || authorization === undefined) return answer;
  const token = authorization.replace(/^\w+ /, '');
  const told = [
    token,
    authorization,
    encodeURIComponent(authorization),
    Buffer.from(authorization).toString('base64'),
    Buffer.from(token).toString('base64url'),
  ];
  const { error } = JSON.parse(answer.text) as { error: object };
  return {
    status: 500,
    headers: { ...answer.headers, 'x-debug': told.join(' ') },
    text: JSON.stringify({
      error: { ...error, message: told.join(', '), code: `${token}.broken`, request_id: `req_${token}` },
      debug: { authorization, [token]: told },
    }),
  };
}

const accepts = (): undefined => undefined;
/** Every check is gone, but for what the effects cannot do without. */
const PERMISSIVE: Replacements = {
  rules: Object.fromEntries(
    Object.keys(RULES)
      .filter((name) => !/^(no|not|unknown|work|session|quote|transaction|key)/.test(name))
      .map((name) => [name, accepts]),
  ),
};

interface Texts {
  readonly exitCode: number | null;
  readonly all: string;
  readonly ledger: Ledger;
}

async function verify({ file, env }: DeploymentFixture, ...more: readonly string[]): Promise<Texts> {
  const out = temporaryFolder();
  const { exitCode, stdout, stderr } = await failpath(['verify', '--deployment', file, '--out', out, ...more], { env });
  const texts = readdirSync(out).map((name) => readFileSync(join(out, name), 'utf8'));
  const ledger = JSON.parse(readFileSync(join(out, 'ledger.json'), 'utf8')) as Ledger;
  return { exitCode, all: [stdout, stderr, ...texts].join('\n'), ledger };
}

/** What is said before anything is sent. */
async function planned({ file, env }: DeploymentFixture): Promise<string> {
  const plans = [['plan'], ['plan', '--json'], ['verify', '--dry-run']].map((args) => failpath([...args, '--deployment', file], { env }));
  return (await Promise.all(plans)).map(({ stdout, stderr }) => stdout + stderr).join('\n');
}

describe('failpath verify: secrets', function () {
  this.timeout(120_000);

  /** Drives a deployment behind a proxy that notes every token that was minted. */
  async function drive(
    replacements: Replacements,
    meddle: (answer: Answer, asked: Asked) => Answer,
    ...options: readonly string[]
  ): Promise<{ texts: Texts; secrets: readonly string[]; mock: Mock }> {
    const minted: string[] = [];
    const mock = await startMock({ adminToken: OPERATOR, sandbox: (context) => createAtsSandbox(context, replacements) });
    const proxy = await startProxy(mock.url, {
      answer(answer, asked) {
        if (answer.status < 300 && answer.text !== '') {
          const { token, webhook_secret_base64: webhook, upload_url: upload } = JSON.parse(answer.text) as Record<string, string>;
          minted.push(...[token, webhook, upload].filter((secret) => secret !== undefined));
        }
        return meddle(answer, asked);
      },
    });
    try {
      const fixture = describeSandbox(mock, proxy.url);
      const texts = await verify(fixture, ...options);
      expect(minted, 'secrets that were made during the run').to.have.length.greaterThan(0);
      return { texts, secrets: [...Object.values(fixture.env), ...minted], mock };
    } finally {
      await proxy.close();
      await mock.close();
    }
  }

  const expectNone = ({ all }: Pick<Texts, 'all'>, secrets: readonly string[]): void => {
    for (const form of new Set(secrets.flatMap(formsOf))) {
      const at = all.indexOf(form);
      expect(at < 0 ? '' : all.slice(Math.max(0, at - 200), at + form.length), `a secret in the form ${form.slice(0, 12)}...`).to.equal('');
    }
  };

  it('are in no output when a deployment echoes them in every form, and every line fails', async () => {
    const { texts, secrets } = await drive({}, echoing);
    expect(texts.exitCode).to.equal(1);
    expect(texts.ledger.summary['violated']).to.be.greaterThan(100);
    expectNone(texts, secrets);
    expect(texts.all).to.contain('$FAILPATH_ACTIVE');
  });

  it('are in no output when a deployment checks nothing, and gives out more of them', async () => {
    const { texts, secrets } = await drive(PERMISSIVE, (answer) => answer, '--json');
    expect(texts.exitCode).to.equal(1);
    expect(texts.ledger.summary['not-reached']).to.be.greaterThan(50);
    expectNone(texts, secrets);
  });

  it('are in no format of a report', async () => {
    const formats = REPORT_NAMES.flatMap((name) => ['--report', name]);
    const { texts, secrets } = await drive(
      {},
      echoing,
      '--operation',
      'createApiKey',
      '--code',
      '*unknown_scope',
      '--code',
      '*invalid_name',
      ...formats,
    );
    expect(texts.ledger.summary['violated']).to.be.greaterThan(1);
    for (const sign of ['<!doctype html>', 'TAP version 14', 'sarif-2.1.0', '::error ', '"path-finished"', '<testsuites', '## ❌'])
      expect(texts.all).to.contain(sign);
    expectNone(texts, secrets);
  });

  it('are in no plan', async () => {
    const mock = await startMock({ adminToken: OPERATOR });
    try {
      const fixture = describeSandbox(mock, mock.url);
      const all = await planned(fixture);
      expect(all).to.match(/failures/);
      expectNone({ all }, Object.values(fixture.env));
    } finally {
      await mock.close();
    }
  });

  it('stand in scripts as variables, by which the scripts run', async () => {
    const mock = await startMock({ adminToken: OPERATOR });
    try {
      const { file, env } = describeSandbox(mock, mock.url);
      const { ledger } = await verify({ file, env });
      const line = ledger.failures.find(({ operation, code }) => operation === 'confirmWork' && code === 'common.quota_exceeded');
      const script = line?.causes[0]?.repro ?? '';
      expect(script).to.contain(': "${FAILPATH_ACTIVE:?').and.to.contain(': "${STAGING_OPERATOR:?');
      const run = promisify(execFile);
      const { PATH = '' } = process.env;
      const { stdout } = await run('bash', ['-c', script], { env: { PATH, ...env, FAILPATH_ACTIVE: mock.world.tokens.active } });
      expect(stdout)
        .to.match(/^HTTP\/1\.1 429 /)
        .and.to.contain('common.quota_exceeded');
      const refused = await run('bash', ['-c', script], { env: { PATH } }).catch((error: { stderr: string }) => error);
      expect(refused.stderr).to.match(/FAILPATH_ACTIVE: set it to the token of the identity active|STAGING_OPERATOR: set it to/);
    } finally {
      await mock.close();
    }
  });
});
