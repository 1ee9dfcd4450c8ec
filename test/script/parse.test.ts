import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { InputError, type Finding } from '../../spec/index.js';
import { parseScript, readScript, scriptJsonSchema, type Rule } from '../../mocks/script/index.js';
import { answersTo, contract, request, start } from './support.js';

const options = { contract, identities: ['active', 'readOnly'] };
const parsed = (yaml: string): readonly Rule[] => parseScript(parse(yaml), { name: 'test' }, options);
const one = (yaml: string): Rule | undefined => parsed(`rules:\n  - ${yaml}`)[0];

let folder: string;
before(() => void (folder = mkdtempSync(join(tmpdir(), 'failpath-'))));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What is wrong with a file, a line for each. */
function wrong(text: string, name = 'bad.yaml'): string[] {
  writeFileSync(join(folder, name), text);
  try {
    readScript(join(folder, name), options);
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.findings.map(line);
  }
}

function line({ location, what, remedy, problem }: Finding): string {
  expect(problem).to.equal('script-invalid');
  return `${location?.line}:${location?.column} ${what} | ${remedy}`;
}

const EVERYTHING = `
rules:
  - name: prepare is flaky
    on: prepareWork
    when:
      headers: { x-client: { contains: ios } }
      body: { contains: { network: testnet }, at: { /size: 5, $.a: { equals: [1] } } }
      identity: readOnly
      occurrence: { from: 2 }
    answers: [503, registration.dry_run_failed, ok, { example: common.service_unavailable }, { fault: connection-reset }]
    then: cycle
    per: Idempotency-Key
    delay: { lognormal: { median: 90, sigma: 0.4 } }
    uses: 7
    lasts: 60s
    probability: 0.2
    seed: 7
    priority: 1
    scenario: { name: outage, is: Started, becomes: Down }
`;

describe('script files', () => {
  it('say everything that a rule can', () => {
    const [rule] = parsed(EVERYTHING);
    const { id, ...rest } = rule as Rule;
    expect(id).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    expect(rest).to.deep.equal({
      name: 'prepare is flaky',
      priority: 1,
      match: {
        on: 'prepareWork',
        headers: { 'x-client': { contains: 'ios' } },
        body: { contains: { network: 'testnet' }, at: { '/size': { equals: 5 }, '$.a': { equals: [1] } } },
        identity: 'readOnly',
        occurrence: { from: 2 },
      },
      answers: [
        { status: 503 },
        { fails: 'registration.dry_run_failed' },
        { passes: true },
        { example: 'common.service_unavailable' },
        { fault: { type: 'CONNECTION_RESET_BY_PEER' } },
      ],
      end: 'cycle',
      perIdempotencyKey: true,
      delay: { lognormal: { median: 90, sigma: 0.4 } },
      uses: 7,
      lastsMs: 60_000,
      probability: 0.2,
      seed: '7',
      scenario: { name: 'outage', is: 'Started', becomes: 'Down' },
      source: 'test',
    });
  });

  it('have short forms', () => {
    expect(one('{ fails: registration.dry_run_failed, details: { reason: no funds }, message: No. }')?.answers).to.deep.equal([
      { fails: 'registration.dry_run_failed', details: { reason: 'no funds' }, message: 'No.' },
    ]);
    expect(one('{ answers: 503 }')?.answers).to.deep.equal([{ status: 503 }]);
    expect(one('{ answers: common.service_unavailable }')?.answers).to.deep.equal([{ fails: 'common.service_unavailable' }]);
    expect(one('{ answers: [ok, passes, { passes: true }] }')?.answers).to.deep.equal([
      { passes: true },
      { passes: true },
      { passes: true },
    ]);
    expect(one('{ fault: { timeout: 500 } }')?.answers).to.deep.equal([{ fault: { type: 'timeout', timeoutMs: 500 } }]);
    expect(one('{ offContract: gateway-html-502 }')?.answers).to.deep.equal([{ offContract: 'gateway-html-502' }]);
    expect(one('{ responds: { status: 200, json: null } }')?.answers).to.deep.equal([{ responds: { status: 200, json: null } }]);
    expect(one('{ proxies: "https://api.example.com/base" }')?.answers).to.deep.equal([{ proxies: 'https://api.example.com/base' }]);
    expect(one('{ passes: true, delay: 2s }')?.delay).to.equal(2_000);
    expect(one('{ passes: true, delay: 200 }')?.delay).to.equal(200);
    expect(one('{ passes: true, lasts: 1.5m }')?.lastsMs).to.equal(90_000);
    const { priority, end, uses, perIdempotencyKey } = one('{ answers: ok }') ?? {};
    expect([priority, end, uses, perIdempotencyKey]).to.deep.equal([5, 'repeat-last', undefined, false]);
  });

  it('are what scripts are made of', () => {
    const { scripts } = start();
    scripts.replace('test', parsed('rules:\n  - { on: prepareWork, answers: [503, 404, ok] }'));
    expect(answersTo(scripts, 4)).to.equal('common.service_unavailable registration.upload_session_not_found passes passes');
    expect(answersTo(scripts, 1, request({ operation: 'initWork' }))).to.equal('-');
  });

  it('give rules ids that stay while others change', () => {
    const ids = (yaml: string): readonly string[] => parsed(yaml).map(({ id }) => id);
    const [named, plain] = ids('rules:\n  - { name: a, answers: 503 }\n  - { answers: 503 }');
    expect(ids('rules:\n  - { answers: 503, on: initWork }\n  - { answers: 503 }\n  - { name: a, answers: ok }').slice(1)).to.deep.equal([
      plain,
      named,
    ]);
    expect(new Set(ids('rules:\n  - { answers: 503 }\n  - { answers: 503 }\n  - { answers: 503 }')).size).to.equal(3);
  });

  it('tell where their rules stand', () => {
    writeFileSync(join(folder, 'good.json'), '{\n  "rules": [\n    { "answers": "ok" }\n  ]\n}\n');
    expect(readScript(join(folder, 'good.json'), options)[0]?.source).to.match(/good\.json:3:5$/);
  });

  it('refuse members that they do not know, each in its place', () => {
    expect(
      wrong(`rules:
  - nmae: x
    on: prepareWork
    when: { haeders: {}, headers: { x-client: { contians: ios } }, body: { at: { /a: { eqals: 1 } } } }
    answers: [503, { fials: x }]
    scenario: { name: x, state: y }
rulez: []
`).map((one) => one.split(' | ')[0]),
    ).to.deep.equal([
      '4:49 rules[0].when.headers.x-client.contians: there is no member "contians"; did you mean contains?',
      '4:88 rules[0].when.body.at./a.eqals: there is no member "eqals"; did you mean equals?',
      '4:13 rules[0].when.haeders: there is no member "haeders"; did you mean headers?',
      '5:22 rules[0].answers[1].fials: there is no member "fials"; did you mean fails?',
      '6:26 rules[0].scenario.state: there is no member "state"; there are name, is, becomes',
      '2:5 rules[0].nmae: there is no member "nmae"; did you mean name?',
      '7:1 rulez: there is no member "rulez"; did you mean rules?',
    ]);
  });

  it('refuse values of the wrong kind', () => {
    const kinds: Readonly<Record<string, string>> = {
      '{ answers: [] }': 'rules[0].answers: Too small: expected array to have >=1 items',
      '{ answers: 99 }': 'rules[0].answers: Too small: expected number to be >=100',
      '{ answers: true }':
        'rules[0].answers: write a status, a code, ok, or an object with one of fails, example, responds, fault, offContract, passes, proxies',
      '{ answers: [503, [ok]] }':
        'rules[0].answers[1]: write a status, a code, ok, or an object with one of fails, example, responds, fault, offContract, passes, proxies',
      '{ on: prepareWork }':
        'rules[0]: it does not say what to answer: add one of answers, fails, example, responds, fault, offContract, passes, proxies',
      '{ fails: a, answers: 503 }': 'rules[0].fails: an answer is one of answers, fails, not several',
      '{ answers: 503, details: {} }': 'rules[0].details: details belongs to fails, not to answers',
      '{ answers: { passes: true, message: x } }': 'rules[0].answers.message: message belongs to fails, not to passes',
      '{ answers: 503, when: { headers: { a: 5 } } }':
        'rules[0].when.headers.a: write a text (in quotes if it looks like a number), or { contains }, { matches }, { absent: true }, { not }',
      '{ answers: 503, when: { occurrence: 0 } }': 'rules[0].when.occurrence: Too small: expected number to be >=1',
      '{ answers: 503, lasts: soon }': 'rules[0].lasts: write a number and ms, s, m, h or d',
      '{ answers: 503, delay: { uniform: [1] } }': 'rules[0].delay.uniform: Too small: expected array to have >=2 items',
      '{ answers: 503, per: key }': 'rules[0].per: Invalid input: expected "Idempotency-Key"',
      '{ answers: 503, probability: 2 }': 'rules[0].probability: Too big: expected number to be <=1',
      '{ fault: conection-reset }':
        'rules[0].fault: there is no fault "conection-reset" (did you mean connection-reset?); there are connection-reset, empty-response, malformed-chunk, random-data, truncated-body, dribble, timeout',
      '{ offContract: truncated }':
        'rules[0].offContract: there is no profile "truncated"; there are gateway-html-502, missing-request-id, unknown-code, details-wrong-type, wrong-content-type, truncated-json, status-code-disagree, message-changed',
    };
    for (const [written, expected] of Object.entries(kinds)) {
      expect(
        wrong(`rules:\n  - ${written}\n`).map((one) => one.split(' | ')[0]?.replace(/^\S+ /, '')),
        written,
      ).to.deep.equal([expected]);
    }
  });

  it('refuse what the contract does not declare', () => {
    expect(
      wrong(`rules:
  - { on: prepareWrok, answers: 503 }
  - { on: [prepareWork, nope*], answers: 503 }
  - { on: prepareWork, fails: registration.dry_run_faild }
  - { on: confirm*, fails: registration.dry_run_failed }
  - { fails: registration.dry_run_faild }
  - { on: prepareWork, answers: [503, 418] }
  - { on: prepareWork, example: nope }
  - { on: prepareWork, when: { identity: readonly } , answers: ok }
`),
    ).to.deep.equal([
      '2:7 rules[0].on: no operation is called "prepareWrok" | Did you mean prepareWork?',
      `3:25 rules[1].on[1]: no operation is called "nope*" | The operations are ${contract.operations.map(({ id }) => id).join(', ')}.`,
      '4:24 rules[2].fails: prepareWork does not declare registration.dry_run_faild | Did you mean registration.dry_run_failed?',
      '5:21 rules[3].fails: confirmWork does not declare registration.dry_run_failed, and 1 more does not either | It can be answered by prepareWork, prepareVersion.',
      '6:7 rules[4].fails: no operation declares the code "registration.dry_run_faild" | Did you mean registration.dry_run_failed?',
      '7:39 rules[5].answers[1]: prepareWork declares no failure of status 418 | Choose from 400, 401, 403, 404, 413, 422, 503.',
      `8:24 rules[6].example: prepareWork has no example "nope" | Choose from ${exampleNames('prepareWork')}.`,
      '9:32 rules[7].when.identity: no identity is called "readonly" | The identities are active, readOnly, none, unknown.',
    ]);
  });

  it('refuse details that the contract does not allow', () => {
    expect(
      wrong(`rules:
  - { fails: registration.dry_run_failed, details: { reason: 5 } }
  - { answers: [ok, { fails: registration.audio_too_large, details: { size_bytes: -1 } }] }
  - { fails: registration.dry_run_failed, details: { reasn: x } }
  - { fails: registration.dry_run_failed, details: { reason: x, note: y } }
  - { fails: registration.dry_run_failed, message: '' }
`).map((one) => one.split(' | ')[0]),
    ).to.deep.equal(['6:43 rules[4].message: Too small: expected string to have >=1 characters']);
    expect(
      wrong(`rules:
  - { fails: registration.dry_run_failed, details: { reason: 5 } }
  - { answers: [ok, { fails: registration.audio_too_large, details: { size_bytes: -1 } }] }
  - { fails: registration.dry_run_failed, details: { reasn: x } }
  - { fails: registration.dry_run_failed, details: { reason: x, note: y } }
`).map((one) => one.replace(/, as the contract says of .*/, '')),
    ).to.deep.equal([
      '2:54 rules[0].details.reason: details /reason must be string',
      '3:71 rules[1].answers[1].details.size_bytes: details /size_bytes must be >= 0',
      '4:54 rules[2].details.reasn: the details of registration.dry_run_failed have no member "reasn" | Did you mean reason?',
    ]);
  });

  it('refuse what can never be', () => {
    const never: Readonly<Record<string, string>> = {
      '{ on: getTransaction, when: { body: { contains: { a: 1 } } }, answers: 503 }': 'when.body: getTransaction takes no JSON body',
      '{ on: prepareWork, when: { method: GET }, answers: 503 }': 'when.method: none of the operations is called with GET',
      '{ on: prepareWork, when: { path: /v1/nope }, answers: 503 }': 'when.path: /v1/nope leads to none of the operations',
      '{ when: { path: /v1/x?y=1 }, answers: ok }': 'when.path: a path is matched without its query',
      '{ when: { headers: { a: { absent: true, equals: x } } }, answers: ok }':
        'when.headers.a: what is absent has no value that could match',
      '{ when: { headers: { a: { equals: abc, contains: x } } }, answers: ok }': 'when.headers.a: "abc" is never containing "x"',
      '{ when: { headers: { "a b": x } }, answers: ok }': 'when.headers.a b: "a b" is no name of a header',
      '{ when: { body: { absent: true, contains: {} } }, answers: ok }':
        'when.body.absent: a body that is absent holds nothing that could match',
      '{ when: { body: { at: { title: x } } }, answers: ok }': 'when.body.at.title: "title" is neither a JSON pointer nor a JSONPath',
      '{ when: { body: { matches: "(a" } }, answers: ok }': 'when.body.matches: "(a" is no regular expression: missing closing ): `(a`',
      '{ when: { occurrence: { from: 3, to: 2 } }, answers: ok }': 'when.occurrence: from 3 to 2 is nothing',
      '{ answers: [503, 503, ok], uses: 2 }': 'uses: 2 uses end the rule before the last of its 3 answers',
      '{ answers: ok, scenario: { name: x } }': 'scenario: nothing is said of the scenario "x"',
      '{ answers: ok, delay: 10m }': 'delay: a delay of 600000 is not possible',
      '{ answers: ok, delay: { uniform: [2, 1] } }': 'delay: from 2 to 1 is nothing',
      '{ responds: { status: 204, body: x } }': 'responds: an answer of status 204 has no body',
      '{ responds: { status: 200, json: 1, body: x } }': 'responds: an answer has one body, not json and body',
      '{ responds: { status: 200, headers: { "a b": c } } }': 'responds.headers.a b: Header name must be a valid HTTP token ["a b"]',
      '{ responds: { status: 200, headers: { a: "b\\nc" } } }': 'responds.headers.a: Invalid character in header content ["a"]',
      '{ responds: { status: 200, headers: { Content-Length: "5" } } }':
        'responds.headers.Content-Length: Content-Length is for the server to say',
      '{ proxies: "ftp://x" }': 'proxies: it is no URL of http or https',
      '{ proxies: "https://user:secret@x" }': 'proxies: the URL holds a credential, which would show in listings',
    };
    for (const [written, expected] of Object.entries(never)) {
      const found = wrong(`rules:\n  - ${written}\n`).map((one) => one.split(' | ')[0]?.replace(/^\S+ rules\[0\]\./, ''));
      expect(found, written).to.deep.equal([expected]);
    }
  });

  it('are refused as a whole when they cannot be read', () => {
    expect(wrong('rules: [')[0]).to.match(/^1:9 Flow sequence .* \| Correct the syntax at this place\.$/);
    expect(wrong('')).to.deep.equal([
      '1:1 rules: Invalid input: expected array, received undefined | Write it as docs/scripts.md shows; schemas/script.schema.json completes it in editors.',
    ]);
    expect(wrong('rules: {}')[0]).to.match(/^1:1 rules: Invalid input: expected array/);
    expect(() => readScript(join(folder, 'none.yaml'), options)).to.throw(InputError, 'no such file');
    expect(wrong(`rules:\n${'  - { answers: nope }\n'.repeat(500)}`)).to.have.length(100);
  });
});

describe('garbage in script files', () => {
  const text = fc.oneof(
    fc.constantFrom('', '*', '%zz', '/v1/x', '$..a', '$[', '(a', 'ok', 'prepareWork', '*Work', 'common.not_found', '__proto__'),
    fc.string(),
  );
  const value: fc.Arbitrary<unknown> = fc.oneof(
    text,
    fc.integer(),
    fc.double(),
    fc.constantFrom(null, true, 503, [], {}),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const some = (names: readonly string[], values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
    fc.dictionary(fc.constantFrom(...names), values, { maxKeys: 4, noNullPrototype: true });
  /** Mostly left out, so that not everything is refused. */
  const rarely = (members: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> =>
    fc
      .record(
        Object.fromEntries(
          Object.entries(members).map(([name, arbitrary]) => [
            name,
            fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary }),
          ]),
        ),
      )
      .map((record) => Object.fromEntries(Object.entries(record).filter(([, member]) => member !== undefined)));
  const said = fc.oneof(
    text,
    rarely({ equals: text, contains: text, matches: text, absent: fc.boolean(), ignoreCase: fc.boolean(), not: text }),
    some(['equals', 'contains', 'matches', 'absent', 'ignoreCase', 'not'], value),
  );
  const named = fc.dictionary(text, said, { maxKeys: 2, noNullPrototype: true });
  const body = rarely({ equals: value, contains: value, matches: text, absent: fc.boolean(), at: fc.oneof(named, value) });
  const when = rarely({ method: text, path: said, query: named, headers: named, body, identity: text, occurrence: value });
  const code = fc.constantFrom('registration.dry_run_failed', 'common.validation_failed', 'nope');
  const answer = fc.oneof(
    value,
    fc
      .tuple(code, rarely({ details: some(['reason', 'reasn', 'fields'], value), message: text }))
      .map(([fails, more]) => ({ fails, ...more })),
    rarely({ headers: named, body: text, json: value }).map((more) => ({ responds: { status: 200, ...more } })),
    some(['fault', 'offContract', 'example', 'proxies', 'passes'], value),
  );
  const good = fc.constantFrom<unknown>(503, 'ok', [503, 'ok']);
  const rule = fc
    .tuple(
      fc.oneof({ weight: 6, arbitrary: good }, { weight: 2, arbitrary: fc.oneof(answer, fc.array(answer, { maxLength: 3 })) }),
      fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom('prepareWork', '*Work', '*') },
        { weight: 1, arbitrary: fc.oneof(text, fc.array(text)) },
      ),
      when,
      rarely({ uses: value, lasts: value, delay: value, priority: value, scenario: some(['name', 'is', 'becomes'], text) }),
    )
    .map(([answers, on, when, more]) => ({ answers, on, when, ...more }));

  it('is refused, or works', () => {
    let accepted = 0;
    fc.assert(
      fc.property(
        fc.oneof(
          { weight: 9, arbitrary: fc.record({ rules: fc.array(rule, { maxLength: 2 }) }) },
          { weight: 1, arbitrary: fc.jsonValue() },
        ),
        fc.jsonValue(),
        (script, body) => {
          let rules: readonly Rule[];
          try {
            rules = parseScript(script, { name: 'test' }, options);
          } catch (error) {
            expect(error).to.be.instanceOf(InputError);
            return;
          }
          accepted += rules.length;
          const { scripts } = start();
          scripts.replace('test', rules);
          for (const operation of ['prepareWork', 'getTransaction', 'none']) {
            const asked = request({ operation, body, headers: { a: 'x' } });
            expect(scripts.explain(asked)).to.have.length(rules.length);
            scripts.decide(asked);
          }
        },
      ),
      { numRuns: process.env['FAILPATH_LONG'] === undefined ? 2_000 : 100_000 },
    );
    expect(accepted).to.be.greaterThan(100);
  });
});

describe('the JSON Schema of script files', () => {
  const validate = (schema: Record<string, unknown>, yaml: string): boolean => new Ajv2020({ strict: false }).validate(schema, parse(yaml));

  it('takes what the parser takes', () => {
    const schema = scriptJsonSchema();
    expect(validate(schema, EVERYTHING)).to.equal(true);
    expect(validate(schema, 'rules: [{ answers: [503, ok, { fault: { timeout: 5 } }], delay: 5s }]')).to.equal(true);
    for (const bad of [
      'rules: [{ answers: 503, nmae: x }]',
      'rules: [{ answers: true }]',
      'rulez: []',
      'rules: [{ answers: ok, when: { headers: { a: 5 } } }]',
    ]) {
      expect(validate(schema, bad), bad).to.equal(false);
    }
  });

  it('knows operations and codes of a contract', () => {
    const schema = scriptJsonSchema(contract);
    expect(validate(schema, EVERYTHING)).to.equal(true);
    expect(validate(schema, 'rules: [{ on: "*Work", fails: registration.dry_run_failed }]')).to.equal(true);
    for (const bad of ['rules: [{ on: prepareWrok, answers: 503 }]', 'rules: [{ fails: nope }]', 'rules: [{ answers: [okay] }]']) {
      expect(validate(schema, bad), bad).to.equal(false);
    }
  });
});

function exampleNames(operation: string): string {
  const names = contract.operation(operation)?.answers.flatMap(({ content }) => (content?.examples ?? []).map(({ name }) => name)) ?? [];
  const all = [...new Set(names)];
  return all.length <= 12 ? all.join(', ') : `${all.slice(0, 12).join(', ')} and ${all.length - 12} more`;
}
