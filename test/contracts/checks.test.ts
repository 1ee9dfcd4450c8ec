import { expect } from 'chai';
import { runChecks } from '../../contracts/checks/index.js';
import { createRedactor } from '../../contracts/redact.js';
import type { Discrepancy, WireAnswer } from '../../contracts/index.js';
import { envelopeCodec, type Contract, type Failure } from '../../spec/index.js';
import { answer, atsContract, failureOf } from './support.js';

/** `check at`, in the order in which a report shows them. */
const named = (discrepancies: readonly Discrepancy[]): string[] => discrepancies.map(({ check, at }) => `${check} ${at}`);

describe('the built-in checks', () => {
  let contract: Contract;
  let tooLarge: Failure;
  let quota: Failure;

  before(async () => {
    contract = await atsContract();
    tooLarge = failureOf(contract, 'prepareWork', 'registration.audio_too_large');
    quota = failureOf(contract, 'confirmWork', 'common.quota_exceeded');
  });

  const check = (
    failure: Failure,
    given: WireAnswer,
    more: { readonly secret?: string; readonly credential?: string; readonly seen?: readonly string[] } = {},
  ): Discrepancy[] => {
    const redactor = createRedactor();
    if (more.secret !== undefined) redactor.add(more.secret, 'FAILPATH_ACTIVE');
    const envelope = envelopeCodec(contract).read(given.json);
    const seenRequestIds = new Set(more.seen);
    return runChecks({ contract, failure, answer: given, envelope, redactor, credential: more.credential, seenRequestIds });
  };

  /** The error of the contract's own example, members replaced. */
  const error = (members: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
    code: 'registration.audio_too_large',
    message: 'The audio is too large.',
    request_id: 'req_1',
    details: { size_bytes: 2, max_bytes: 1 },
    ...members,
  });

  it('find nothing in a correct answer', () => {
    expect(check(tooLarge, answer(413, { error: error() }))).to.deep.equal([]);
  });

  describe('find', () => {
    const table: readonly [what: string, given: () => WireAnswer, found: readonly string[]][] = [
      ['another status', () => answer(400, { error: error() }), ['status status']],
      ['a server that broke, in place of a refusal', () => answer(500, { error: error() }), ['server-error status']],
      [
        'a declared code of another failure',
        () => answer(413, { error: error({ code: 'registration.audio_empty' }) }),
        ['code /error/code', 'declared /error/code'],
      ],
      [
        'a code that nobody declares',
        () => answer(413, { error: error({ code: 'audio.huge' }) }),
        ['code /error/code', 'declared /error/code'],
      ],
      ['no code', () => answer(413, { error: error({ code: undefined }) }), ['code /error/code']],
      ['a code that is no string', () => answer(413, { error: error({ code: 413 }) }), ['code /error/code']],
      ['a flattened envelope', () => answer(413, error()), ['code /error/code']],
      ['an absent message', () => answer(413, { error: error({ message: undefined }) }), ['envelope /error/message']],
      ['an empty message', () => answer(413, { error: error({ message: '' }) }), ['envelope /error/message', 'message /error/message']],
      ['a blank message', () => answer(413, { error: error({ message: ' \n' }) }), ['message /error/message']],
      ['an absent request id', () => answer(413, { error: error({ request_id: undefined }) }), ['envelope /error/request_id']],
      ['a malformed request id', () => answer(413, { error: error({ request_id: '1234' }) }), ['envelope /error/request_id']],
      ['absent details', () => answer(413, { error: error({ details: undefined }) }), ['details /error/details']],
      [
        'an absent member of the details',
        () => answer(413, { error: error({ details: { size_bytes: 2 } }) }),
        ['details /error/details/max_bytes'],
      ],
      [
        'a member of the wrong type',
        () => answer(413, { error: error({ details: { size_bytes: '2', max_bytes: 1 } }) }),
        ['details /error/details/size_bytes'],
      ],
      ['another content type', () => answer(413, { error: error() }, { 'content-type': 'text/plain' }), ['content-type content-type']],
      ['no content type', () => ({ ...answer(413, { error: error() }), headers: {} }), ['content-type content-type']],
      [
        'a charset that JSON does not have',
        () => answer(413, { error: error() }, { 'content-type': 'application/json; charset=iso-8859-1' }),
        ['content-type content-type'],
      ],
      ['a page in place of JSON', () => answer(413, '<h1>Too large</h1>'), ['code /error/code', 'content-type content-type']],
      ['a body that is null', () => answer(413, null), ['code /error/code']],
      ['no body', () => answer(413, undefined), ['code /error/code']],
    ];
    for (const [what, given, found] of table) {
      it(what, () => expect(named(check(tooLarge, given()))).to.deep.equal(found));
    }

    it('a required header that is absent', () => {
      const body = { error: error({ code: 'common.quota_exceeded', details: { limit: 1, used: 1, resets_at: '2026-12-01T00:00:00Z' } }) };
      expect(named(check(quota, answer(429, body)))).to.deep.equal(['header retry-after']);
      expect(check(quota, answer(429, body, { 'retry-after': '60' }))).to.deep.equal([]);
    });

    it('a request id that another answer had', () => {
      expect(named(check(tooLarge, answer(413, { error: error() }), { seen: ['req_1'] }))).to.deep.equal(['request-id /error/request_id']);
      expect(check(tooLarge, answer(413, { error: error() }), { seen: ['req_2'] })).to.deep.equal([]);
    });
  });

  describe('find stack traces of', () => {
    const traces: Readonly<Record<string, string>> = {
      'Node.js': 'TypeError: x\n    at prepare (/srv/app/prepare.js:12:7)',
      'Node.js, outside a function': 'Error\n    at file:///srv/app/main.mjs:3:1',
      Python: 'Traceback (most recent call last):\n  File "app.py", line 3',
      Go: 'goroutine 17 [running]:\nmain.main()',
      Rust: "thread 'main' panicked at src/main.rs:2:5",
      Java: 'java.lang.NullPointerException\n\tat org.example.Prepare.run(Prepare.java:42)',
      '.NET': 'System.NullReferenceException\n   at Ats.Prepare.Run(String id) in C:\\app\\Prepare.cs:line 42',
      Ruby: "app/prepare.rb:42:in `run'",
      PHP: '#0 /var/www/prepare.php(42): run()',
    };
    for (const [language, trace] of Object.entries(traces)) {
      it(language, () => expect(named(check(tooLarge, answer(413, { error: error({ debug: trace }) })))).to.deep.equal(['leak body']));
    }

    it('and take no prose for one', () => {
      for (const message of [
        'Look at the limits (413:1).',
        'The upload failed at 12:30:15.',
        'Call support at https://example.org:8443/help',
        'It starts at line 3 in your file.',
      ]) {
        expect(check(tooLarge, answer(413, { error: error({ message }) })), message).to.deep.equal([]);
      }
    });
  });

  describe('find credentials', () => {
    it('that the run knows, whatever their encoding, and do not repeat them', () => {
      for (const shown of ['afo_sk_live_12345', Buffer.from('key=afo_sk_live_12345;').toString('base64')]) {
        const [found, ...others] = check(tooLarge, answer(413, { error: error({ message: `No: ${shown}` }) }), {
          secret: 'afo_sk_live_12345',
        });
        expect(others).to.deep.equal([]);
        expect(found).to.include({ check: 'leak', at: 'body' });
        expect(found?.actual).to.equal('the value of $FAILPATH_ACTIVE');
      }
    });

    it('that the request carried, public ones as well', () => {
      const found = check(tooLarge, answer(413, { error: error({ message: 'No: public-token' }) }), { credential: 'public-token' });
      expect(named(found)).to.deep.equal(['leak body']);
    });
  });

  describe('do not mind', () => {
    const harmless: Readonly<Record<string, () => WireAnswer>> = {
      'another message': () => answer(413, { error: error({ message: 'Zu groß. 太大了。' }) }),
      'members that the contract does not name': () =>
        answer(413, { error: error({ hint: 'x', details: { size_bytes: 2, max_bytes: 1, unit: 'bytes' } }), meta: {} }),
      'the order of members': () => answer(413, { error: Object.fromEntries(Object.entries(error()).reverse()) }),
      'white space': () => ({ ...answer(413, { error: error() }), text: JSON.stringify({ error: error() }, null, 2) }),
      'charset=utf-8': () => answer(413, { error: error() }, { 'content-type': 'application/json; charset=utf-8' }),
      'charset="UTF-8"': () => answer(413, { error: error() }, { 'content-type': 'application/json;charset="UTF-8"' }),
      'charset=utf8': () => answer(413, { error: error() }, { 'content-type': 'application/json; charset=utf8' }),
      'a content type in other case': () => answer(413, { error: error() }, { 'content-type': 'Application/JSON' }),
      'other headers': () => answer(413, { error: error() }, { server: 'nginx', via: '1.1 varnish', 'x-anything': '1' }),
    };
    for (const [what, given] of Object.entries(harmless)) {
      it(what, () => expect(check(tooLarge, given())).to.deep.equal([]));
    }
  });

  it('say where the code stands when it is not in its place', () => {
    const [found] = check(tooLarge, answer(413, { error: error({ code: undefined, type: 'registration.audio_too_large' }) }));
    expect(found).to.include({ at: '/error/code', actual: 'absent; it stands at /error/type' });
    expect(found?.remedy).to.contain('x-failpath.envelope');
  });

  it('say under which status a code is declared', () => {
    const [, , found] = check(tooLarge, answer(400, { error: error({ code: 'registration.audio_empty' }) }));
    expect(found?.remedy).to.equal('prepareWork declares registration.audio_empty under 422: correct the status, or the contract.');
  });

  it('accept every example of the contract', () => {
    for (const failure of contract.failures) {
      for (const example of failure.examples) {
        const headers = Object.fromEntries(failure.answer.headers.map(({ name }) => [name.toLowerCase(), '1']));
        expect(check(failure, answer(failure.status, example.value, headers)), `${failure.key} ${example.name}`).to.deep.equal([]);
      }
    }
  });
});
