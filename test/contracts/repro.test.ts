import { execFile } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  createDeployment,
  createPlan,
  createRedactor,
  createTransport,
  discoverWorld,
  run,
  type CauseLine,
  type Deployment,
  type Exchange,
} from '../../contracts/index.js';
import { createQuote, formatResponse, secretName, secretsOf, toScript } from '../../contracts/repro.js';
import { atsSuite } from '../../contracts/index.js';
import { startMock } from '../../mocks/index.js';
import { answer, atsContract, failureOf, toyContract, toyDeployment, withFiles } from './support.js';

const exec = promisify(execFile);
const bash = async (script: string, env: Readonly<Record<string, string>> = {}): Promise<string> =>
  (await exec('bash', ['-c', script], { env: { PATH: process.env['PATH'], ...env }, maxBuffer: 64 * 1024 * 1024 })).stdout;

/** A request as a script has made it. */
interface Made {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: readonly string[];
  readonly body: string | undefined;
  readonly stdin: Buffer;
}

/** `curl` that keeps what it is called with, and answers from files. */
const CURL = `#!/usr/bin/env bash
cd "$(dirname "$0")"
count=$(ls | grep -c '^args') || true
printf '%s\\0' "$@" > "args$count"
case "$*" in *@-*) cat > "stdin$count" ;; *) : > "stdin$count" ;; esac
case "$*" in *'-o /dev/null'*) ;; *) cat "answer$count" ;; esac
`;

/** Runs a script with nobody to talk to; what it would have sent. */
async function replay(script: string, answers: readonly unknown[], env: Readonly<Record<string, string>> = {}): Promise<Made[]> {
  const files = { curl: CURL, ...Object.fromEntries(answers.map((body, index) => [`answer${index}`, JSON.stringify(body ?? '')])) };
  return withFiles(files, async (folder) => {
    chmodSync(join(folder, 'curl'), 0o755);
    await bash(script, { ...env, PATH: `${folder}:${process.env['PATH'] ?? ''}` });
    return answers.map((_, index) => {
      const args = readFileSync(join(folder, `args${index}`), 'utf8').split('\0');
      const after = (flag: string, offset = 1): string | undefined => (args.includes(flag) ? args[args.indexOf(flag) + offset] : undefined);
      const headers = args.flatMap((arg, at) => (arg === '-H' ? [args[at + 1] ?? ''] : []));
      return {
        method: after('-X'),
        url: after('-X', 2),
        headers,
        body: after('--data-raw'),
        stdin: readFileSync(join(folder, `stdin${index}`)),
      };
    });
  });
}

/** Printable or not: everything that a request can hold. */
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom("'", '"', '$', '`', '\\', '\n', '\r', '\t', '!', '*', '~', '#', '&', ';', '|', '(', '{', ' ', 'é', '🎵'),
    fc.constantFrom(...'aZ09-_./:='),
  ),
  maxLength: 40,
});

describe('the quoting of a script', () => {
  const redactor = createRedactor();

  it('hands every text to a shell as it is', async () => {
    const texts = fc
      .sample(text, { numRuns: 300, seed: 7 })
      .concat(fc.sample(text, 100), '', "'", "''", "'\\''", '$HOME', '$(id)', '`id`', '-n', '\\');
    const quote = createQuote(new Map(), redactor);
    const printed = await bash(`printf '%s\\0' ${texts.map(quote).join(' ')}`);
    expect(printed.split('\0').slice(0, -1)).to.deep.equal(texts);
  });

  it('puts variables in the place of what they hold, and nothing else is expanded', async () => {
    const variables = new Map([['http://toy.test', 'URL'], ['secret$value', 'SECRET'], ['secret$value-2', 'SECRET_2'], ["it's", 'ITS']]); // prettier-ignore
    const parts = fc.array(fc.oneof(text, fc.constantFrom(...variables.keys())), { maxLength: 6 }).map((all) => all.join(''));
    const texts = fc.sample(parts, 200);
    const quote = createQuote(variables, redactor);
    const env = Object.fromEntries([...variables].map(([value, name]) => [name, value]));
    const printed = await bash(`printf '%s\\0' ${texts.map(quote).join(' ')}`, env);
    expect(printed.split('\0').slice(0, -1)).to.deep.equal(texts);
    expect(quote('http://toy.test/v1')).to.equal(`"$URL"'/v1'`);
    expect(quote('x secret$value-2 y'), 'the longest first').to.equal(`'x '"$SECRET_2"' y'`);
  });

  it('lets no name of a variable be taken for a value', () => {
    const quote = createQuote(new Map([['first-value', 'URL'], ['URL', 'OTHER']]), redactor); // prettier-ignore
    expect(quote('first-value')).to.equal('"$URL"');
  });

  it('redacts before it quotes, so that a quote inside a secret does not hide it', () => {
    const secrets = createRedactor();
    secrets.add(`it's "secret"`, 'FAILPATH_X');
    expect(createQuote(new Map(), secrets)(JSON.stringify({ a: `it's "secret"` }))).to.equal(`'{"a":"$FAILPATH_X"}'`);
  });
});

describe('a path as a script', () => {
  const exchange = (phase: Exchange['phase'], members: Partial<Exchange['request']> = {}, body: unknown = {}): Exchange => ({
    phase,
    label: 'makeThing',
    request: { method: 'POST', url: 'http://toy.test/things', headers: {}, ...members },
    answer: body === undefined ? undefined : answer(200, body),
    durationMs: 1,
  });
  const script = async (
    exchanges: readonly Exchange[],
    deployment: Deployment = toyDeployment(),
    secrets: readonly string[] = [],
  ): Promise<string> => {
    const redactor = createRedactor();
    for (const { value, variable } of secretsOf(deployment)) redactor.add(value, variable);
    for (const secret of secrets) redactor.add(secret, 'MINTED');
    const failure = failureOf(await toyContract(), 'makeThing', 'thing.exists');
    return toScript({ failure, cause: 'same name', exchanges, deployment, redactor, run: 'run00001' });
  };

  it('names the failure, and stops at the first command that fails', async () => {
    const lines = (await script([exchange('when')])).split('\n');
    expect(lines.slice(0, 4)).to.deep.equal([
      '#!/usr/bin/env bash',
      '# makeThing 409 thing.exists (same name)',
      'set -euo pipefail',
      'URL=${URL:-http://toy.test}',
    ]);
  });

  it('ends with the faulty request and what puts the deployment back: the control twin is no part of it', async () => {
    const url = (path: string): { url: string } => ({ url: `http://toy.test/${path}` });
    const text = await script([
      exchange('given', url('given')),
      exchange('when', url('when')),
      exchange('restore', url('restore')),
      exchange('control', url('control')),
    ]);
    const made = await replay(text, [{}, {}, {}], { URL: 'http://other.test' });
    expect(made.map((one) => one.url)).to.deep.equal(['http://other.test/given', 'http://other.test/when', 'http://other.test/restore']);
    expect(text).to.not.contain('/control');
  });

  it('sends what was sent, to the last character', async () => {
    const requests = fc.sample(fc.record({ body: text, header: text.map((value) => value.replaceAll(/[\r\n]/g, ' ')) }), 30);
    const exchanges = requests.map(({ body, header }) => exchange('given', { method: 'PUT', headers: { 'x-header': header }, body }));
    const made = await replay(await script([...exchanges, exchange('when')]), [...requests, {}]);
    expect(made.slice(0, -1).map(({ method, url, headers, body }) => ({ method, url, headers, body }))).to.deep.equal(
      requests.map(({ body, header }) => ({ method: 'PUT', url: 'http://toy.test/things', headers: [`x-header: ${header}`], body })),
    );
  });

  it('takes ids from the answers that give them', async () => {
    const job = '8c2d6f1e-0000-4000-8000-000000000001';
    const given = exchange('given', {}, { jobs: [{ job_id: job }], note: 'unused-1234' });
    const when = exchange('when', { url: `http://toy.test/things/${job}`, body: JSON.stringify({ job_id: job }) });
    const text = await script([given, when]);
    const [, made] = await replay(text, [{ jobs: [{ job_id: 'another-job-2' }] }, {}]);
    expect(made).to.include({ url: 'http://toy.test/things/another-job-2', body: '{"job_id":"another-job-2"}' });
    expect(text).to.not.contain(job).and.to.not.contain('NOTE');
  });

  it('takes from answers neither what a request said before, nor words, nor short numbers', async () => {
    const given = exchange('given', { body: '{"key":"my-own-key-1"}' }, { key: 'my-own-key-1', scope: 'works:read', count: 17 });
    const when = exchange('when', { body: '{"key":"my-own-key-1","scope":"works:read","count":17}' });
    const [, made] = await replay(await script([given, when]), [{}, {}]);
    expect(made?.body).to.equal(when.request.body);
  });

  it('takes ids whatever their members are called', async () => {
    const body = {
      path: 'value-0001',
      url: 'value-0002',
      '7': 'value-0003',
      "it's": 'value-0004',
      'a-b': 'value-0005',
      '$(id)"`': 'value-0006',
      nested: { path: ['value-0007'] },
    };
    const other = JSON.parse(JSON.stringify(body).replaceAll('value', 'other')) as unknown;
    const used = JSON.stringify(Object.values(body));
    const [, made] = await replay(await script([exchange('given', {}, body), exchange('when', { body: used })]), [other, {}]);
    expect(made).to.include({ url: 'http://toy.test/things', body: used.replaceAll('value', 'other') });
  });

  it('makes a run of its own out of the names of the run', async () => {
    const [made] = await replay(await script([exchange('when', { body: '{"name":"failpath-run00001-x"}' })]), [{}]);
    expect(made?.body).to.match(/^\{"name":"failpath-\d+-x"\}$/);
    expect(await script([exchange('when')])).to.not.contain('RUN=');
  });

  it('asks for secrets by name and holds none', async () => {
    const identities = { readOnly: { token: `tok'en"1234`, public: false }, open: { token: 'public-token', public: true } };
    const deployment: Deployment = {
      ...toyDeployment({ http: { timeoutSeconds: 1, headers: { 'X-Api-Key': 'Key gateway-secret' } }, identities }),
      secrets: new Map([['ADMIN_TOKEN', 'admin-secret']]),
    };
    const exchanges = [
      exchange('given', { headers: { authorization: `Bearer tok'en"1234` } }),
      exchange('given', { headers: { authorization: 'Bearer public-token' } }),
      exchange('given', { headers: { authorization: 'Bearer admin-secret' }, body: '{"minted":"minted-secret"}' }),
      exchange('when', { body: JSON.stringify({ echoed: `tok'en"1234` }) }),
    ];
    const text = await script(exchanges, deployment, ['minted-secret']);
    for (const secret of ['gateway-secret', "tok'en", `tok'\\''en`, 'admin-secret', 'minted-secret']) expect(text).to.not.contain(secret);
    const environment = { FAILPATH_READ_ONLY: 'token-a', ADMIN_TOKEN: 'token-b', FAILPATH_HEADER_X_API_KEY: 'token-c' };
    const made = await replay(text, exchanges, environment);
    const key = 'x-api-key: Key token-c';
    expect(made.map(({ headers }) => headers)).to.deep.equal([
      [key, 'authorization: Bearer token-a'],
      [key, 'authorization: Bearer public-token'],
      [key, 'authorization: Bearer token-b'],
      [key],
    ]);
    for (const name of Object.keys(environment)) {
      const unset = await bash(`curl() { :; }\n${text}`, { ...environment, [name]: '' }).catch(
        (error: unknown) => (error as { stderr: string }).stderr,
      );
      expect(unset).to.contain(`${name}: set it to`);
    }
  });

  it('cannot be made to run something by an address, a cause or a name', async () => {
    const identities = { 'x"; touch pwned; "': { token: 'token-of-somebody', public: false } };
    const deployment = toyDeployment({ url: 'http://toy.test/$(touch${IFS}pwned)`id`', identities });
    const failure = failureOf(await toyContract(), 'makeThing', 'thing.exists');
    const exchanges = [exchange('when', { url: `${deployment.url}/things`, headers: { authorization: 'Bearer token-of-somebody' } })];
    const text = toScript({ failure, cause: 'x\nexit 7', exchanges, deployment, redactor: createRedactor(), run: 'run00001' });
    const [made] = await replay(text, [{}], { [secretName('x"; touch pwned; "')]: 'a' });
    expect(made).to.deep.include({ url: `${deployment.url}/things`, headers: ['authorization: Bearer a'] });
  });

  it('asks for a WebSocket as curl can, and goes on where one is opened', async () => {
    const asking = { method: 'GET', headers: { upgrade: 'websocket', connection: 'Upgrade' } };
    const text = await script([exchange('when', asking), exchange('restore')]);
    expect(text).to.match(/curl -sS -i -w '\\n' --http1\.1 --max-time 10 \\\n {2}-X GET/);
    const out = await bash(`curl() { case "$*" in *websocket*) return 28 ;; *) echo restored ;; esac; }\n${text}`);
    expect(out).to.include('restored');
    const broken = await bash(`curl() { return 7; }\n${text}`).catch((error: unknown) => (error as { code: number }).code);
    expect(broken).to.equal(1);
  });

  it('makes its audio of the size that was uploaded', async () => {
    for (const bytes of [0, 20, 1044]) {
      const [made] = await replay(await script([exchange('when', { method: 'PUT', body: { bytes } })]), [{}]);
      expect(made?.stdin, `${bytes} bytes`).to.have.length(bytes);
      if (bytes > 44) expect(made?.stdin.toString('latin1', 0, 16)).to.match(/^RIFF.{4}WAVEfmt $/s);
    }
  });

  it('replays the failure on another deployment of the same API', async function () {
    this.timeout(60_000);
    const [first, second] = [await startMock({ port: 0 }), await startMock({ port: 0 })];
    const transport = createTransport({ timeoutMs: 10_000, connections: 4 });
    try {
      const contract = await atsContract();
      const deployment = await discoverWorld(first.url, transport);
      const chosen = new Set([
        'initWork common.bad_request Idempotency-Key reused', 'prepareWork registration.audio_too_large over the maximum', 'confirmWork registration.prepared_not_found confirmed already',
        'confirmVersion registration.prepared_not_found expired', 'confirmVersion common.forbidden too few credits', 'createApiKey api_key.limit_reached limit reached',
        'revokeApiKey common.not_found key of another organization', 'initVersion api_key.revoked revoked',
        'trackTransaction transaction.not_found unknown', 'trackTransaction common.service_unavailable upstream down',
      ]); // prettier-ignore
      const wanted = ({ failure, cause }: { failure: CauseLine['failure']; cause: string }): boolean =>
        chosen.has(`${failure.operation.id} ${failure.code} ${cause}`);
      const plan = createPlan(contract, atsSuite, deployment ?? createDeployment({ url: first.url }));
      const lines: CauseLine[] = [];
      for await (const event of run({ ...plan, paths: plan.paths.filter(wanted) }, { transport, concurrency: 4 }))
        if (event.type === 'path-finished') lines.push(event.line);
      expect(lines).to.have.length(chosen.size);
      for (const { failure, cause, repro = '' } of lines) {
        second.reset();
        const printed = await bash(repro, { URL: second.url });
        expect(printed, `${failure.key} (${cause})\n${repro}`)
          .to.contain(`HTTP/1.1 ${failure.status} `)
          .and.to.contain(`"code":"${failure.code}"`);
      }
    } finally {
      await transport.close();
      await Promise.all([first.close(), second.close()]);
    }
  });
});

describe('an answer in a report', () => {
  it('has its status, the headers that say something, and its body', () => {
    const given = answer(409, { error: { code: 'x' } }, { date: 'today', 'x-request-id': 'req_1', connection: 'close' });
    const shown = formatResponse(given, (text) => text);
    expect(shown).to.equal('HTTP 409\ncontent-type: application/json\nx-request-id: req_1\n\n{\n  "error": {\n    "code": "x"\n  }\n}');
  });

  it('is cut where it is long', () => {
    expect(formatResponse(answer(500, 'x'.repeat(5000)), (text) => text)).to.match(/x{4000}\n\.\.\. 1000 more characters$/);
  });

  it('hides secrets before it is cut, so that no half of one is left', () => {
    const redactor = createRedactor();
    redactor.add('sk_live_0123456789', 'KEY');
    const shown = formatResponse(answer(500, `${'x'.repeat(3995)}sk_live_0123456789`), redactor.redact);
    expect(shown).to.contain('xx$KEY').and.not.contain('sk_l');
  });
});
