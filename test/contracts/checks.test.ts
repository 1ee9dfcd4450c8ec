import { expect } from 'chai';
import { runChecks } from '../../contracts/checks/index.js';
import { createRedactor } from '../../contracts/redact.js';
import type { Discrepancy, WireAnswer } from '../../contracts/index.js';
import { envelopeCodec, type Contract, type Failure, type Violation } from '../../spec/index.js';
import { answer, atsContract, failureOf } from './support.js';

/** Everything that a report shows of a discrepancy has words; the remedy is a sentence. Which words is not looked at. */
function expectTold(discrepancies: readonly Discrepancy[]): void {
  expect(discrepancies.length).to.be.greaterThan(0);
  for (const { check, expected, actual, remedy } of discrepancies) {
    expect(expected, `${check}: expected`).to.match(/\S/);
    expect(actual, `${check}: actual`).to.match(/\S/);
    expect(remedy, `${check}: remedy`).to.match(/^\S.+\.$/s);
  }
}

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
      ['an empty message', () => answer(413, { error: error({ message: '' }) }), ['message /error/message']],
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
      it(`${what}, and say what was expected, what was seen, and what to do`, () => expectTold(check(tooLarge, given())));
    }

    it('a required header that is absent', () => {
      const body = { error: error({ code: 'common.quota_exceeded', details: { limit: 1, used: 1, resets_at: '2026-12-01T00:00:00Z' } }) };
      const found = check(quota, answer(429, body));
      expect(named(found)).to.deep.equal(['header retry-after']);
      expectTold(found);
      expect(check(quota, answer(429, body, { 'retry-after': '60' }))).to.deep.equal([]);
      expect(named(check(quota, answer(503, body))), 'another status has headers of its own').to.deep.equal(['server-error status']);
    });
    it('no absent header in an answer with another code', () => {
      expect(named(check(quota, answer(429, { error: error() })))).to.deep.equal(['code /error/code', 'declared /error/code']);
    });

    it('a request id that another answer had', () => {
      const found = check(tooLarge, answer(413, { error: error() }), { seen: ['req_1'] });
      expect(named(found)).to.deep.equal(['request-id /error/request_id']);
      expect(found[0]?.actual).to.equal('"req_1", which another answer had');
      expectTold(found);
      expect(check(tooLarge, answer(413, { error: error() }), { seen: ['req_2'] })).to.deep.equal([]);
    });
  });

  describe('find stack traces of', () => {
    const traces: Readonly<Record<string, string>> = {
      'Node.js': 'TypeError: x\n    at prepare (/srv/app/prepare.js:12:17)',
      'Node.js, outside a function': 'Error\n    at file:///srv/app/main.mjs:33:14',
      'Node.js, outside a function of a script': 'Error\n    at /srv/app/main.js:33:14',
      Python: 'Traceback (most recent call last):\n  File "app.py", line 3',
      Go: 'goroutine 17 [running]:\nmain.main()',
      Rust: "thread 'main' panicked at src/main.rs:2:5",
      Java: 'java.lang.NullPointerException\n\tat org.example.Prepare.run(Prepare.java:42)',
      '.NET': 'System.NullReferenceException\n   at Ats.Prepare.Run(String id) in C:\\app\\Prepare.cs:line 42',
      Ruby: "app/prepare.rb:42:in `run'",
      PHP: '#10 /var/www/prepare.php(42): run()',
    };
    for (const [language, trace] of Object.entries(traces)) {
      it(language, () => {
        const found = check(tooLarge, answer(413, { error: error({ debug: trace }) }));
        expect(named(found)).to.deep.equal(['leak body']);
        expectTold(found);
      });
    }

    it('and quote the frame to its end', () => {
      const quoted = (debug: string): string | undefined => check(tooLarge, answer(413, { error: error({ debug }) }))[0]?.actual;
      expect(quoted(traces['Node.js'] ?? '')).to.equal('"at prepare (/srv/app/prepare.js:12:17)"');
      expect(quoted(traces['Node.js, outside a function'] ?? '')).to.equal('"at file:///srv/app/main.mjs:33:14"');
      expect(quoted(traces['Node.js, outside a function of a script'] ?? '')).to.equal('"at /srv/app/main.js:33:14"');
      expect(quoted(traces['.NET'] ?? '')).to.match(/Prepare\.cs:line 42"$/);
      expect(quoted(traces['PHP'] ?? '')).to.equal('"#10 /var/www/prepare.php(42):"');
    });

    it('and quote no more than a line of it', () => {
      const [found] = check(tooLarge, answer(413, { error: error({ debug: `at run (/srv/${'a'.repeat(100)}.js:1:1)` }) }));
      expect(found?.actual).to.equal(`"at run (/srv/${'a'.repeat(67)}"`);
    });

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
        if (found !== undefined) expectTold([found]);
      }
    });

    it('that the request carried, public ones as well', () => {
      const found = check(tooLarge, answer(413, { error: error({ message: 'No: public-token' }) }), { credential: 'public-token' });
      expect(named(found)).to.deep.equal(['leak body']);
      expect(found[0]?.actual).to.equal("the value of the request's token");
    });

    it('in headers as well', () => {
      const found = check(tooLarge, answer(413, { error: error() }, { 'x-echo': 'Bearer public-token' }), { credential: 'public-token' });
      expect(named(found)).to.deep.equal(['leak x-echo']);
      expectTold(found);
    });

    it('and none that the answer does not repeat', () => {
      expect(check(tooLarge, answer(413, { error: error() }), { credential: 'public-token' })).to.deep.equal([]);
      expect(check(tooLarge, answer(413, { error: error({ message: 'x is undefined' }) })), 'without a credential').to.deep.equal([]);
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
      'charset=us-ascii': () => answer(413, { error: error() }, { 'content-type': 'application/json; charset=us-ascii' }),
      'parameters of the content type that are no charset': () =>
        answer(413, { error: error() }, { 'content-type': 'application/json; profile=errors; charset=utf-8' }),
      'a content type in other case': () => answer(413, { error: error() }, { 'content-type': 'Application/JSON' }),
      'other headers': () => answer(413, { error: error() }, { server: 'nginx', via: '1.1 varnish', 'x-anything': '1' }),
    };
    for (const [what, given] of Object.entries(harmless)) {
      it(what, () => expect(check(tooLarge, given())).to.deep.equal([]));
    }
  });

  describe('say', () => {
    const said = (failure: Failure, given: WireAnswer): string[] =>
      check(failure, given).map(({ at, expected, actual }) => `${at}: expected ${expected}, saw ${actual}`);
    const broken = (violation: Violation): string[] => said({ ...tooLarge, validate: () => [violation] }, answer(413, { error: error() }));

    const codes: readonly [what: string, given: () => WireAnswer, actual: string, remedy: RegExp][] = [
      ['another code', () => answer(413, { error: error({ code: 'a.b' }) }), '"a.b"', /^Answer the code registration\.audio_too_large\.$/],
      ['a code that is null', () => answer(413, { error: error({ code: null }) }), 'null', /^Answer the code/],
      ['no code', () => answer(413, { error: error({ code: undefined }) }), 'absent', /^Answer the code registration\.audio_too_large\.$/],
      ['a page', () => answer(413, '<h1>No</h1>'), 'absent: the body is not JSON', /^Answer the envelope .*middleware/],
      ['no body', () => answer(413, undefined), 'absent: the body is empty', /^Answer the envelope/],
      ['a blank body', () => answer(413, ' \n'), 'absent: the body is empty', /^Answer the envelope/],
    ];
    for (const [what, given, actual, remedy] of codes) {
      it(`what stands in the place of the code: ${what}`, () => {
        const found = check(tooLarge, given()).find(({ check }) => check === 'code');
        expect(found).to.include({ at: '/error/code', expected: '"registration.audio_too_large"', actual });
        expect(found?.remedy).to.match(remedy);
      });
    }

    it('what a member should be, and what it is', () => {
      const details = { size_bytes: '2' };
      expect(said(tooLarge, answer(413, { error: error({ details }) }))).to.deep.equal([
        '/error/details/max_bytes: expected present, saw absent',
        '/error/details/size_bytes: expected integer, saw "2"',
      ]);
    });
    it('"body" of what is wrong with the body as a whole', () => {
      const [found] = check(
        { ...tooLarge, validate: () => [{ pointer: '', keyword: 'type', message: 'must be object', value: 1 }] },
        answer(413, { error: error() }),
      );
      expect(found).to.include({ check: 'envelope', at: 'body', expected: 'object', actual: '1' });
    });
    it('what a schema says in its own words, where it does not say what must be', () => {
      const message = 'only what must be there may be';
      expect(broken({ pointer: '/x', keyword: 'additionalProperties', message, value: null })).to.deep.equal([
        `/x: expected ${message}, saw null`,
      ]);
    });
    it('a value without a form in JSON as it is written', () => {
      expect(broken({ pointer: '/x', keyword: 'type', message: 'must be string', value: undefined })).to.deep.equal([
        '/x: expected string, saw undefined',
      ]);
    });
    it('no more than 80 characters of a value', () => {
      const shown = (value: string): string | undefined => broken({ pointer: '/x', keyword: 'type', message: 'must be null', value })[0];
      expect(shown('a'.repeat(78))).to.equal(`/x: expected null, saw "${'a'.repeat(78)}"`);
      expect(shown('a'.repeat(79))).to.equal(`/x: expected null, saw "${'a'.repeat(76)}...`);
    });
    it('which media type was expected, and that none was said', () => {
      const given = answer(413, { error: error() });
      expect(said(tooLarge, { ...given, headers: {} })).to.deep.equal(['content-type: expected application/json, saw absent']);
      const { content } = tooLarge.answer;
      if (content === undefined) throw new Error('an error has content');
      const problem = { ...tooLarge, answer: { ...tooLarge.answer, content: { ...content, mediaType: 'application/problem+json' } } };
      expect(said(problem, given)).to.deep.equal(['content-type: expected application/problem+json, saw application/json']);
      expect(said(problem, answer(413, { error: error() }, { 'content-type': 'application/problem+json' }))).to.deep.equal([]);
    });
    it('what is wrong with a declared pair of another failure, beside that it is another', () => {
      expect(named(check(tooLarge, answer(422, { error: error({ code: 'registration.audio_empty' }) })))).to.deep.equal([
        'status status',
        'code /error/code',
      ]);
    });
    it('nothing of a blank message of another failure', () => {
      expect(named(check(tooLarge, answer(422, { error: error({ code: 'registration.audio_empty', message: '' }) })))).to.deep.equal([
        'status status',
        'code /error/code',
      ]);
    });
    it('which pairs an operation declares', () => {
      const declared = (statuses: readonly number[]): Discrepancy | undefined => {
        const failures = [tooLarge, ...statuses.map((status): Failure => ({ ...tooLarge, code: 'a.b', status }))];
        const failure = { ...tooLarge, operation: { ...tooLarge.operation, failures } };
        return check(failure, answer(400, { error: error({ code: 'a.b' }) })).find(({ check }) => check === 'declared');
      };
      expect(declared([])).to.include({
        expected: 'a failure that prepareWork declares',
        actual: '400 a.b',
        remedy: 'Answer a declared code, or declare a.b for prepareWork.',
      });
      expect(declared([404, 410])?.remedy).to.match(/^prepareWork declares a\.b under 404 and 410: /);
      expect(declared([400])).to.equal(undefined);
    });
    it('that a server broke only where no failure of a server was due', () => {
      const due = (status: number): Failure => ({ ...tooLarge, status });
      const checks = (failure: Failure, status: number): string[] =>
        named(check(failure, answer(status, { error: error() }))).filter((one) => one.endsWith(' status'));
      expect(checks(due(500), 503)).to.deep.equal(['status status']);
      expect(checks(due(499), 500)).to.deep.equal(['server-error status']);
      expect(checks(due(413), 499)).to.deep.equal(['status status']);
      expect(said(due(413), answer(500, { error: error() }))).to.deep.equal(['status: expected 413, saw 500']);
    });
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
