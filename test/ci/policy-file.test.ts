import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { policyJsonSchema, readPolicy, subjectsOf } from '../../ci/index.js';
import { atsSuite } from '../../contracts/index.js';
import { formatFinding, InputError } from '../../spec/index.js';
import { ROOT, temporaryFile, temporaryFolder } from '../support/cli.js';
import { expectGolden } from '../support/golden.js';
import { contract } from '../support/judge.js';

const SCHEMA = join(ROOT, 'schemas/policy.schema.json');
const subjects = subjectsOf(contract, atsSuite);

/** What is said of a policy that is refused. */
function refusal(yaml: string, known = subjects): string {
  const file = temporaryFile('failpath.policy.yaml', yaml);
  try {
    readPolicy(file, { subjects: known, today: '2026-09-30' });
    return 'not refused';
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.findings
      .map((finding) => formatFinding(finding).replaceAll(join(file, '..'), '').replaceAll('/failpath.', 'failpath.'))
      .join('\n');
  }
}

const waiver = (about: string): string => `waivers:\n  - ${about}\n    owner: me\n    reason: later\n    expires: 2026-09-30\n`;

const REFUSED: Readonly<Record<string, string>> = {
  'a section that there is not': 'waiver: []',
  'a member that there is not': waiver('code: api_key.revoked\n    expire: 2026-09-30'),
  'several mistakes, each with its place':
    'requirements: [{ requires: verified }]\nwaivers:\n  - code: api_key.revoked\n    owner: ""\n    expires: 30.9.2026\n',
  'a day that there is not': waiver('code: api_key.revoked').replace('09-30', '09-31'),
  'an outcome that needs no waiver': waiver('code: api_key.revoked\n    outcomes: [verified]'),
  'a waiver for nothing in particular': waiver('deployment: staging'),
  'a status that is no status': waiver('status: [404, { a: 1 }]'),
  'a probe with a code': waiver('probe: wrong scope\n    code: api_key.revoked'),
  'a webhook of an operation': waiver('webhook: work_updated\n    operation: initWork'),
  'pending for ever': 'pending: [{ code: api_key.revoked }]',
  'pending by half': 'pending: [{ code: api_key.revoked, from: 2026-09-01 }]',
  'pending in two ways': 'pending: [{ code: api_key.revoked, from: 2026-09-01, days: 3, until: 2026-09-30 }]',
  'pending for years': 'pending: [{ code: api_key.revoked, from: 2026-09-01, days: 1000 }]',
  'pending until somebody else is here': 'pending: [{ code: api_key.revoked, until: 2027-10-02 }]',
  'pending for a day, in years': 'pending: [{ code: api_key.revoked, from: 2099-01-01, days: 1 }]',
  'a waiver for years': waiver('code: api_key.revoked').replace('2026-09-30', '2099-12-31'),
  'a code that is spelled wrongly': waiver('code: api_key.revokd'),
  'an operation that is spelled wrongly': 'requirements: [{ operation: initWrok, requires: nothing }]',
  'a status that nothing has': 'requirements: [{ status: "418", requires: nothing }]',
  'a cause of another code': waiver('code: api_key.revoked\n    cause: expired'),
  'a glob that matches nothing': 'pending: [{ code: [api_key.*, chain.*], until: 2026-09-30 }]',
  'a probe that there is not': waiver('probe: wrong scop'),
  'a webhook that there is not': waiver('webhook: work_updatd'),
  'a baseline that is not there': 'baseline: known.json',
  'no map': '- a\n- b',
  'sections that are no lists': 'requirements: { requires: nothing }\nwaivers: none\npending: 3\npromotion: production\nbaseline: [a]\n',
  'entries that are no maps': 'requirements: [nothing]\nwaivers: [1]\npending: [[]]\npromotion: { production: [] }\n',
  'members of other types':
    'requirements: [{ operation: 3, status: [], requires: 1 }]\npending: [{ code: [], from: 2026-09-01, days: 0 }, { code: {}, from: 2026-09-01, days: 1.5 }, { code: [1], until: 3 }]\n',
  'outcomes that are none':
    waiver('code: api_key.revoked\n    outcomes: []') + waiver('code: api_key.revoked\n    outcomes: violated').replace('waivers:\n', ''),
  'no YAML': 'waivers: [',
};

describe('a policy file', () => {
  it('is refused with the place and what was meant', () => {
    const told = Object.entries(REFUSED).map(([what, yaml]) => `${what}\n${refusal(yaml).replace(/^/gm, '  ')}`);
    expect(told.filter((text) => /Invalid|Too (?:small|big)|expected .*received|Unrecognized/.test(text))).to.deep.equal([]);
    expectGolden(`${told.join('\n\n')}\n`, new URL('./golden/policy-refused.txt', import.meta.url));
    expect(told.filter((text) => text.includes('not refused'))).to.deep.equal([]);
  });

  it('may let pass for 366 days from today, and no longer', () => {
    const about = (day: string): string =>
      refusal(`pending: [{ code: api_key.revoked, until: ${day} }]\n${waiver('status: 404').replace('2026-09-30', day)}`);
    expect(about('2027-10-01')).to.equal('not refused');
    expect(about('2027-10-02').match(/Say 2027-10-01 at the latest/g)).to.have.length(2);
  });

  it('names no probe and no webhook where there are none', () => {
    const without = subjects.filter(({ kind }) => kind === 'cause');
    for (const [what, about] of [
      ['probe', 'probe: wrong scope'],
      ['webhook', 'webhook: work_updated'],
    ] as const)
      expect(refusal(waiver(about), without))
        .to.contain(`${what} "`)
        .and.contain(`Delete it: there are no ${what}s.`);
  });

  it('that is not there is refused as well', () => {
    expect(() => readPolicy(join(temporaryFolder(), 'none.yaml'))).to.throw(InputError, /policy-invalid.*no such file/);
  });

  it('may be empty, or JSON', () => {
    for (const [name, text] of [
      ['empty.yaml', '# nothing yet\n'],
      ['policy.json', '{"requirements":[{"status":404,"requires":"simulated"}]}'],
    ] as const)
      expect(readPolicy(temporaryFile(name, text), { subjects }).requirements).to.have.length(name === 'empty.yaml' ? 0 : 1);
  });

  it('is another one by its hash when its baseline is', () => {
    const folder = temporaryFolder();
    const hash = (violations: unknown): string => {
      writeFileSync(join(folder, 'p.yaml'), 'baseline: known.json');
      writeFileSync(join(folder, 'known.json'), JSON.stringify({ violations }));
      return readPolicy(join(folder, 'p.yaml')).sha256;
    };
    const violation = { deployment: 'staging', line: 'a', outcome: 'violated', observed: null, wrong: [] };
    expect(hash([]))
      .to.equal(hash([]))
      .and.not.equal(hash([violation]));
    expect(() => hash([{ ...violation, outcome: 'bad' }])).to.throw(
      InputError,
      /baseline-invalid {2}.*known\.json: violations\.0\.outcome/,
    );
    expect(() => hash('none')).to.throw(InputError, /baseline-invalid {2}.*violations: it must be a list/);
    expect(() => hash([{ ...violation, outcome: 'bad' }])).to.throw(InputError, /outcome: it must be one of: violated, not-reached,/);
    expect(() => hash([{ ...violation, by: 'me', wrong: undefined }])).to.throw(
      InputError,
      /wrong: it is missing; .*there is no such member here: by/,
    );
  });
});

describe('the JSON Schema of policies', () => {
  const schema = policyJsonSchema();
  it('is current (else: UPDATE_GOLDENS=1)', () => {
    if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(SCHEMA, `${JSON.stringify(schema, null, 2)}\n`);
    expect(JSON.parse(readFileSync(SCHEMA, 'utf8'))).to.deep.equal(schema);
  });

  it('accepts what is accepted, and refuses what it can', () => {
    const validate = new Ajv2020({ strict: false }).compile(schema);
    const [whole = ''] = /(?<=```yaml\n)# yaml-language-server.*?(?=```)/s.exec(readFileSync(join(ROOT, 'docs/policy.md'), 'utf8')) ?? [];
    expect(validate(parse(whole)), JSON.stringify(validate.errors)).to.equal(true);
    for (const what of [
      'a section that there is not',
      'a member that there is not',
      'an outcome that needs no waiver',
      'pending for years',
      'no map',
    ])
      expect(validate(parse(REFUSED[what] ?? '')), what).to.equal(false);
  });
});
