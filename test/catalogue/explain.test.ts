import { expect } from 'chai';
import fc from 'fast-check';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { judgePiped, readAnswer } from '../../cli/explain/answer.js';
import { formatJudgement } from '../../cli/explain/format.js';
import type { Io } from '../../cli/io.js';
import { main } from '../../cli/program.js';
import { catalogueOf, formatCode, nearCodes, startMock, type Mock } from '../../mocks/index.js';
import { loadContract, type Contract } from '../../spec/index.js';
import { ROOT, temporaryFile, temporaryFolder } from '../support/cli.js';
import { expectGolden } from '../support/golden.js';
import { testIo } from '../support/io.js';

const golden = (name: string): URL => new URL(`./golden/${name}.txt`, import.meta.url);

interface Said {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

async function explain(args: readonly string[], input?: string, more: Partial<Io> = {}): Promise<Said> {
  const io = { ...testIo(), ...more, ...(input === undefined ? {} : { input: () => Promise.resolve(input) }) };
  const exitCode = await main(['explain', '--contract', join(ROOT, 'openapi.yaml'), ...args], io);
  return { exitCode, ...io.written };
}

const body = (code: unknown, more: object = {}): string =>
  JSON.stringify({ error: { code, message: 'No.', request_id: 'req_1', ...more } });
const headed = (status: number, text: string, ...headers: readonly string[]): string =>
  [`HTTP/1.1 ${status} Refused`, 'content-type: application/json', 'x-request-id: req_1', ...headers, '', text].join('\r\n');

describe('failpath explain', () => {
  let ats: Contract;

  before(async () => (ats = await loadContract(join(ROOT, 'openapi.yaml'))));

  describe('a code', () => {
    it('says what it means, what causes it, what to do and how to see it', async () => {
      const { exitCode, out, err } = await explain(['common.bad_request']);
      expect({ exitCode, err }).to.deep.equal({ exitCode: 0, err: '' });
      expectGolden(out, golden('explain-code'));
    });

    it('is in colour on a terminal, and says the same', async () => {
      const { out } = await explain(['common.quota_exceeded'], undefined, { color: true });
      expectGolden(out, golden('explain-colour'));
      // oxlint-disable-next-line no-control-regex
      expect(out.replaceAll(/\u001B\[\d+m/g, '')).to.equal((await explain(['common.quota_exceeded'])).out);
    });

    it('of one operation says no more than is true of that', async () => {
      const { out } = await explain(['common.unauthorized', '--operation', 'revokeApiKey']);
      expect(out).to.include('  an API key\n').and.include('/api-keys/').and.not.include('initWork');
    });

    it('is told for every code and operation, on lines that can be read', () => {
      for (const entry of catalogueOf(ats).codes) {
        for (const operation of [undefined, ...entry.operations.map((one) => one.operation)]) {
          const text = formatCode(entry, { operation });
          expect(text)
            .to.match(/^[^\n]+\n\nWhat it means\n {2}\S/)
            .and.to.include('Prefer: error=')
            .and.not.match(/undefined|[^\S\n]\n/);
        }
      }
    });

    it('is printed as JSON', async () => {
      const { exitCode, out } = await explain(['api_key.revoked', '--json']);
      const { kind, code, exitCode: said } = JSON.parse(out) as { kind: string; code: { code: string }; exitCode: number };
      expect({ kind, code: code.code, said, exitCode }).to.deep.equal({ kind: 'code', code: 'api_key.revoked', said: 0, exitCode: 0 });
    });

    it('that is misspelled is told what is near', async () => {
      const catalogue = catalogueOf(ats);
      const near = (word: string): string[] => nearCodes(catalogue, word).map(({ code }) => code);
      expect(near('api_key.revokd')).to.deep.equal(['api_key.revoked']);
      expect(near('Revoked')).to.deep.equal(['api_key.revoked']);
      expect(near('key.revoked')).to.include('api_key.revoked');
      expect(near('audio')).to.deep.equal(['registration.audio_too_large', 'registration.audio_empty']);
      expect(near('zzzzzz')).to.deep.equal([]);
      expectGolden((await explain(['api_key.revokd'])).err, golden('explain-misspelled'));
    });

    it('needs an operation that there is, and that answers it', async () => {
      const unknown = await explain(['api_key.revoked', '--operation', 'confirmWrok']);
      expect(unknown.exitCode).to.equal(4);
      expect(unknown.err).to.include('Did you mean confirmWork?');
      const other = await explain(['api_key.revoked', '--operation', 'listApiKeys']);
      expect(other.exitCode).to.equal(4);
      expect(other.err).to.include('listApiKeys does not answer api_key.revoked').and.include('initWork');
    });

    it('is asked for, or something is piped in', async () => {
      for (const args of [[], ['-']]) {
        const { exitCode, err } = await explain(args);
        expect(exitCode).to.equal(4);
        expect(err).to.include('nothing is piped in').and.include('failpath explain -');
      }
    });
  });

  describe('an answer', () => {
    it('is legal where it is an example of the contract, body or whole', () => {
      for (const failure of ats.failures) {
        for (const { value } of failure.examples) {
          const text = JSON.stringify(value, null, 2);
          const { request_id: id } = (value as { error: { request_id: string } }).error;
          const headers = failure.answer.headers.map(({ name, example }) => `${name}: ${name === 'X-Request-Id' ? id : String(example)}`);
          const whole = [`HTTP/2 ${failure.status}`, 'content-type: application/json', ...headers, '', text].join('\n');
          for (const operation of [undefined, failure.operation]) {
            for (const judged of [judgePiped(ats, readAnswer(text), operation), judgePiped(ats, readAnswer(whole), operation)]) {
              if (judged.kind === 'foreign') throw new Error(judged.why);
              expect([judged.code, judged.wrong.map(({ at }) => at)]).to.deep.equal([failure.code, []]);
            }
          }
        }
      }
    });

    it('that breaks the contract is told what is wrong, and what the code means', async () => {
      const text = body('registration.audio_too_large', { details: { size_bytes: '3' }, request_id: 'abc' });
      const { exitCode, out, err } = await explain(['-', '--operation', 'prepareWork'], headed(422, text));
      expect({ exitCode, err }).to.deep.equal({ exitCode: 1, err: '' });
      expectGolden(out, golden('explain-broken'));
    });

    it('with an undeclared code is a finding; near codes are named', async () => {
      const { exitCode, out } = await explain([], headed(401, body('api_key.revokd')));
      expect(exitCode).to.equal(1);
      expect(out).to.include('api_key.revokd is not declared.').and.include('Did you mean api_key.revoked?');
      expect(judgePiped(ats, readAnswer(body('api_key.revokd')), undefined)).to.include({ kind: 'envelope', failure: undefined });
    });

    it('with a code of another operation is a finding, and the code is explained', async () => {
      const { exitCode, out } = await explain(['--operation', 'listApiKeys'], body('api_key.revoked'));
      expect(exitCode).to.equal(1);
      expect(out).to.include('declare api_key.revoked for listApiKeys').and.include('What it means');
    });

    it('is looked at with its status and headers, where they are there', () => {
      const wrong = (text: string): unknown => {
        const judged = judgePiped(ats, readAnswer(text), undefined);
        return judged.kind === 'envelope' && judged.wrong.map(({ at, expected, actual }) => [at, expected, actual]);
      };
      expect(wrong(headed(401, body('api_key.revoked')))).to.deep.equal([]);
      expect(wrong(headed(403, body('api_key.revoked')))).to.deep.equal([['status', '401', '403']]);
      const limited = body('common.quota_exceeded', { details: { limit: 1, used: 1, resets_at: '2026-04-01T00:00:00Z' } });
      expect(wrong(headed(429, limited))).to.deep.equal([['retry-after', 'present', 'absent']]);
      expect(wrong(headed(429, limited, 'Retry-After: 30'))).to.deep.equal([]);
    });

    it('that is no envelope says what it is instead, with exit code 3', async () => {
      const foreign: Readonly<Record<string, string>> = {
        '': 'There is no body.',
        'not JSON': 'The body is no JSON: "not JSON".',
        '{"job_id": 1}': 'There is no code at /error/code.',
        '[]': 'There is no code at /error/code.',
        [body(3)]: 'What stands at /error/code is no text: 3.',
        [headed(200, '{"job_id": 1}')]:
          'There is no code at /error/code. The status is 200. It is the answer to a request that was not refused.',
        '<html><center>nginx</center></html>':
          'Something in front of the API has answered: the body is the error page of a proxy ("<center>nginx").',
        [headed(502, '')]: "Something in front of the API has answered: 502 without the envelope is a gateway's answer.",
        [`${'['.repeat(5000)}${']'.repeat(5000)}`]: 'The body is no JSON',
      };
      for (const [input, why] of Object.entries(foreign)) {
        const judged = judgePiped(ats, readAnswer(input), undefined);
        expect(judged.kind === 'foreign' ? judged.why : judged.code).to.satisfy((said: string) => said.startsWith(why), why);
      }
      const { exitCode, out } = await explain(['-'], 'not JSON');
      expect({ exitCode, out }).to.deep.equal({ exitCode: 3, out: 'No envelope of this API.\n  The body is no JSON: "not JSON".\n' });
      const { kind, status } = JSON.parse((await explain(['-', '--json'], headed(200, '{}'))).out) as Record<string, unknown>;
      expect({ kind, status }).to.deep.equal({ kind: 'foreign', status: 200 });
    });

    it('is printed as JSON', async () => {
      const { out, exitCode } = await explain(['--json'], body('api_key.revoked', { request_id: 'abc' }));
      const said = JSON.parse(out) as Record<string, unknown> & { wrong: { at: string }[]; code: { code: string } };
      expect({ exitCode, kind: said['kind'], legal: said['legal'], at: said.wrong[0]?.at, code: said.code.code }).to.deep.equal({
        ...{ exitCode: 1, kind: 'envelope', legal: false, at: '/error/request_id', code: 'api_key.revoked' },
      });
    });

    it('may be what comes behind other heads, or be an argument', async () => {
      const proxied = `HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${headed(401, body('api_key.revoked'))}`;
      expect(judgePiped(ats, readAnswer(proxied), undefined)).to.deep.include({ kind: 'envelope', wrong: [] });
      expect((await explain([body('api_key.revoked')])).exitCode).to.equal(0);
    });

    it('cannot steer the terminal', () => {
      const nasty = '\u001B]0;owned\u0007\u001B[31m\u009B1m\u202Eevil';
      for (const input of [body(nasty), body('api_key.revoked', { message: nasty, request_id: nasty }), nasty]) {
        const answer = readAnswer(input);
        const out = formatJudgement(judgePiped(ats, answer, undefined), answer, { color: false });
        // oxlint-disable-next-line no-control-regex
        expect(out).not.to.match(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]/);
      }
    });

    it('is read and judged without a crash, whatever it is', () => {
      const text = fc.oneof(
        fc.string(),
        fc.jsonValue().map((value) => JSON.stringify(value)),
        fc
          .record({
            error: fc.dictionary(
              fc.constantFrom('code', 'message', 'details', 'request_id'),
              fc.oneof(fc.jsonValue(), fc.constantFrom(...ats.failures.map(({ code }) => code))),
            ),
          })
          .map((value) => JSON.stringify(value)),
      );
      const head = fc.oneof(
        fc.constant(''),
        fc
          .record({ status: fc.integer({ min: 100, max: 599 }), line: fc.string() })
          .map(({ status, line }) => `HTTP/1.1 ${status}\r\n${line}\r\n\r\n`),
      );
      fc.assert(
        fc.property(head, text, (before, after) => {
          for (const operation of [undefined, ats.operation('confirmWork')]) {
            expect(['envelope', 'foreign']).to.include(judgePiped(ats, readAnswer(before + after), operation).kind);
          }
        }),
        { numRuns: 400 },
      );
    });
  });

  describe('a request', () => {
    let mock: Mock;

    before(async () => (mock = await startMock({ contract: ats })));
    after(() => mock.close());

    async function refused(): Promise<string> {
      const answer = await fetch(`${mock.url}/v1/organizations/any/works/confirm`, { method: 'POST' });
      return ((await answer.json()) as { error: { request_id: string } }).error.request_id;
    }

    it('that a mock has answered is told with the reason in its journal', async () => {
      const id = await refused();
      const { exitCode, out } = await explain([id, '--url', mock.url]);
      expect(exitCode).to.equal(0);
      expect(out).to.include(`${id}\n  in the journal of the mock at ${mock.url}`);
      expect(out).to.include('chosen by  the sandbox, for its real reason\n    why        noCredential: none');
      expect(out).to.include('common.unauthorized  401').and.not.include('prepareWork');
      const { sightings } = JSON.parse((await explain([id, '--url', mock.url, '--json'])).out) as { sightings: Record<string, unknown>[] };
      expect(sightings[0]).to.include({ in: 'mock', operation: 'confirmWork', answeredBy: 'sandbox' });
    });

    it('of an answer that is piped in is looked up as well', async () => {
      const id = await refused();
      const { out } = await explain(['-', '--url', mock.url], body('common.unauthorized', { request_id: id }));
      expect(out).to.include('A legal envelope of common.unauthorized.').and.include('noCredential: none');
    });

    it('that a run has sent is found in its ledger', async () => {
      const request = {
        phase: 'when',
        label: 'initWork',
        method: 'POST',
        url: 'http://api/works/init',
        status: 401,
        code: 'api_key.revoked',
        requestId: 'req_77',
      };
      const failure = {
        ...{
          operation: 'initWork',
          method: 'POST',
          path: '/works/init',
          status: 401,
          code: 'api_key.revoked',
          outcome: 'violated',
          reason: 'details',
        },
        causes: [
          {
            cause: 'revoked',
            outcome: 'violated',
            reason: 'the details are wrong',
            evidence: { trigger: 'real cause', requests: [request] },
            discrepancies: [
              { check: 'details', at: '/error/details', expected: 'present', actual: 'absent', remedy: 'Answer the details.' },
            ],
            repro: '#!/usr/bin/env bash\ncurl -sS "$URL"\n',
          },
        ],
      };
      const ledger = JSON.stringify({
        ...{
          contract: { title: 'ATS', version: '1', sha256: '' },
          deployment: { url: 'http://api' },
          startedAt: '2026-03-02T09:00:00Z',
          durationMs: 1,
        },
        failures: [failure],
      });
      const file = temporaryFile('ledger.json', ledger);
      const { exitCode, out } = await explain(['req_77', '--ledger', file]);
      expect(exitCode).to.equal(0);
      expectGolden(out.replace(file, '<ledger>'), golden('explain-ledger'));
    });

    it('that was answered without a code is told what it had to be answered, what to do, and how to see it again', async () => {
      const request = { phase: 'when', label: 'initWork', method: 'POST', url: 'http://api/works/init', status: 200, code: null, requestId: 'req_78' };
      const cause = { cause: 'revoked', outcome: 'not-reached', reason: 'it succeeded', evidence: { requests: [request] }, repro: 'curl "$URL"\n' };
      const failure = { operation: 'initWork', method: 'POST', path: '/works/init', status: 401, code: 'api_key.revoked', causes: [cause] };
      const head = { contract: { title: 'ATS', version: '1', sha256: '' }, deployment: { url: 'http://api' }, startedAt: '2026-03-02T09:00:00Z', durationMs: 1 };
      const file = temporaryFile('ledger.json', JSON.stringify({ ...head, failures: [failure] }));
      const { out } = await explain(['req_78', '--ledger', file]);
      expect(out).to.match(/expected {3}401 api_key\.revoked\n {4}fix {8}Refuse such a request with 401 api_key\.revoked[^]*reproduce\n {6}curl "\$URL"\n/);
      expect(out).to.contain('api_key.revoked  401  API key revoked').and.to.contain('See it on the mock');
    }); // prettier-ignore

    it('that nobody knows is refused, and where it was looked for is told', async () => {
      const nowhere = await explain(['req_unknown', '--url', mock.url]);
      expect(nowhere.exitCode).to.equal(4);
      expect(nowhere.err).to.include(`It was looked for in the mock at ${mock.url}`).and.include('--ledger');
      const unusable = await explain(['req_unknown', '--ledger', temporaryFile('ledger.json', '{}')]);
      expect(unusable.exitCode).to.equal(4);
      expect(unusable.err).to.include('ledger-invalid');
      const folder = temporaryFolder();
      mkdirSync(join(folder, 'empty'));
      expect((await explain(['req_unknown', '--ledger', join(folder, 'empty')])).exitCode).to.equal(4);
    });

    it('at a mock that does not answer is not judged, and what is no mock is refused', async () => {
      const gone = await startMock({ contract: ats });
      const { url } = gone;
      await gone.close();
      expect(await explain(['req_unknown', '--url', url])).to.deep.include({ exitCode: 3, out: '' });
      expect((await explain(['req_unknown', '--url', 'nowhere'])).exitCode).to.equal(4);
    });
  });
});
