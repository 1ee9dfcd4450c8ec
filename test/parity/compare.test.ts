import { expect } from 'chai';
import {
  compareRuns,
  formatParity,
  type CauseLine,
  type Deployment,
  type Difference,
  type Outcome,
  type ParityLine,
  type RunTold,
} from '../../contracts/index.js';
import { startMock } from '../../mocks/index.js';
import { jsonPointer } from '../../spec/index.js';
import { contract, judgeDeployment, nameOf, type Judged } from '../support/judge.js';

const CODES = [
  'api_key.limit_reached',
  'common.validation_failed',
  'common.bad_request',
  'common.forbidden',
  'common.not_found',
  'common.quota_exceeded',
  'registration.audio_too_large',
  'registration.dry_run_failed',
];
const LIMIT = 'createApiKey api_key.limit_reached (limit reached)';
const ABSENT = 'initWork common.validation_failed (member absent)';
const CREDITS = 'confirmWork common.forbidden (too few credits)';
const TOO_LARGE = 'prepareWork registration.audio_too_large (over the maximum)';
const UNKNOWN_KEY = 'revokeApiKey common.not_found (unknown key)';
const QUOTA = 'confirmWork common.quota_exceeded (quota reached)';
const DRY_RUN = 'prepareWork registration.dry_run_failed (refused by the chain)';

describe('compareRuns', () => {
  let mock: Judged;
  before(async function () {
    this.timeout(60_000);
    const server = await startMock();
    mock = await judgeDeployment(server.url, { codes: CODES });
    await server.close();
  });

  /** The mock's own run, with one line of it changed. */
  const changed = (name: string, change: (line: CauseLine) => Partial<CauseLine>, more: Partial<Deployment> = {}): RunTold => ({
    deployment: { ...mock.deployment, ...more },
    lines: mock.lines.map((line) => (nameOf(line) === name ? { ...line, ...change(line) } : line)),
    probes: [],
  });
  const between = (mine: RunTold, theirs: RunTold, name: string) => {
    const lines = compareRuns({ contract, mock: mine, deployment: theirs });
    const other = lines.filter((line) => line.parity !== 'same' && `${line.operation} ${line.code} (${line.name})` !== name);
    expect(other.map(({ code }) => code)).to.deep.equal([]);
    const line = lines.find((one) => `${one.operation} ${one.code} (${one.name})` === name);
    return { parity: line?.parity, reason: line?.reason ?? '', differences: line?.differences ?? [] };
  };
  const compared = (name: string, change: (line: CauseLine) => Partial<CauseLine>, more?: Partial<Deployment>) =>
    between(
      changed('', () => ({})),
      changed(name, change, more),
      name,
    );

  const shown = (lines: readonly ParityLine[]): string => {
    const about = { contract: { title: 'An API', version: '1', sha256: '' }, deployment: { url: 'http://127.0.0.1' } };
    const decided = { summary: {}, partial: true, verdict: 'different', exitCode: 1 } as const;
    return formatParity({ ...about, startedAt: '', durationMs: 0, lines, ...decided }, { color: false });
  };

  /** Another value at a place of the body; `undefined` takes it away. */
  const saying =
    (pointer: string, value: unknown) =>
    ({ answer }: CauseLine): Partial<CauseLine> => {
      const body = structuredClone(answer?.body) as object;
      const parent = jsonPointer.get(body, pointer.slice(0, pointer.lastIndexOf('/'))) as Record<string, unknown>;
      const member = jsonPointer.split(pointer).at(-1) ?? '';
      if (value === undefined) delete parent[member];
      else parent[member] = value;
      return { answer: { headers: answer?.headers ?? {}, body } };
    };

  const same: readonly (readonly [what: string, line: string, pointer: string, value: unknown])[] = [
    ['another message', LIMIT, '/error/message', 'Nein.'],
    ['another request id', LIMIT, '/error/request_id', 'req_other'],
    ['a member that the contract does not name', LIMIT, '/error/details/hint', 'see the manual'],
    ['details of a code that has none', 'initWork common.bad_request (not JSON)', '/error/details', {}],
    ['another text for people in the details', DRY_RUN, '/error/details/reason', 'No balance.'],
    ['another message of a field', ABSENT, '/error/details/fields/0/message', 'fehlt'],
    ['another count', QUOTA, '/error/details/used', 20],
    ['another time', QUOTA, '/error/details/resets_at', '2031-02-01T00:00:00Z'],
    ['another size', TOO_LARGE, '/error/details/size_bytes', 70_001],
    ['more fields than one', ABSENT, '/error/details/fields/1', { pointer: '/title', message: 'short' }],
  ];
  for (const [what, name, pointer, value] of same) {
    it(`${what}: the same`, () => expect(compared(name, saying(pointer, value))).to.include({ parity: 'same', reason: '' }));
  }

  const different: readonly (readonly [what: string, line: string, value: unknown, difference: Difference])[] = [
    ['a limit off by one', LIMIT, 11, { at: '/error/details/max', mock: '10 (keys_per_organization)', deployment: '11' }],
    ['a text in place of a number', LIMIT, '10', { at: '/error/details/max', mock: '10', deployment: '"10"' }],
    ['null in place of an object', LIMIT, null, { at: '/error/details', mock: '{max}', deployment: 'null' }],
    ['another kind of thing', UNKNOWN_KEY, 'key', { at: '/error/details/resource', mock: '"api_key"', deployment: '"key"' }],
    [
      'a sentence in place of a word',
      UNKNOWN_KEY,
      'The API key is unknown.',
      { at: '/error/details/resource', mock: '"api_key"', deployment: '"The API key is unknown."' },
    ],
    ['a member that need not be there', CREDITS, undefined, { at: '/error/details/network', mock: '"testnet"', deployment: 'absent' }],
    ['the wrong network', CREDITS, 'mainnet', { at: '/error/details/network', mock: '"testnet" (network)', deployment: '"mainnet"' }],
    ['another field', ABSENT, '/title', { at: '/error/details/fields/0/pointer', mock: '"/network"', deployment: '"/title"' }],
    ['no field', ABSENT, [], { at: '/error/details/fields/0', mock: '{pointer: "/network", message}', deployment: 'none like it' }],
    ['a cap off by one', TOO_LARGE, 65_537, { at: '/error/details/max_bytes', mock: '65536 (cap of smallFiles)', deployment: '65537' }],
  ];
  for (const [what, name, value, difference] of different) {
    const at = what === 'no field' ? '/error/details/fields' : difference.at;
    it(`${what}: different, side by side`, () => {
      const { parity, reason, differences } = compared(name, saying(at, value));
      expect(differences).to.deep.equal([difference]);
      expect({ parity, reason }).to.deep.equal({ parity: 'different', reason: `${difference.at} differs` });
    });
  }

  it('holds a limit against what the deployment file says in its place', () => {
    const of25 = { keysPerOrganization: 25 };
    expect(compared(LIMIT, saying('/error/details/max', 25), of25).parity).to.equal('same');
    expect(compared(LIMIT, () => ({}), of25).differences).to.deep.equal([
      { at: '/error/details/max', mock: '10 (keys_per_organization)', deployment: '10, and not its own 25' },
    ]);
  });

  it('holds a network against that of the deployment', () => {
    const network = 'mainnet';
    const lines = mock.lines.map((line) =>
      line.failure.code === 'common.forbidden' && line.cause === 'too few credits'
        ? { ...line, ...saying('/error/details/network', network)(line) }
        : line,
    );
    const deployment = { deployment: { ...mock.deployment, network }, lines, probes: [] };
    const found = compareRuns({ contract, mock: changed('', () => ({})), deployment }).filter(({ parity }) => parity !== 'same');
    expect(found.map(({ code }) => code)).to.deep.equal([]);
  });

  it('does not look at the values of an answer that was only pretended', () => {
    const pretended = (line: CauseLine): Partial<CauseLine> => ({
      ...saying('/error/details/max', 11)(line),
      evidence: { ...line.evidence, trigger: 'magic value' },
    });
    expect(compared(LIMIT, pretended).parity).to.equal('same');
  });

  it('looks at status, content type, declared headers and the status of the control twin', () => {
    const answers = (line: CauseLine): Partial<CauseLine> => ({
      observed: { status: 403, code: line.observed?.code },
      answer: { headers: { 'content-type': 'application/problem+json; charset=utf-8', 'x-other': '1' }, body: line.answer?.body },
    });
    expect(compared(QUOTA, answers).differences).to.deep.equal([
      { at: 'status', mock: '429', deployment: '403' },
      { at: 'content-type', mock: 'application/json', deployment: 'application/problem+json; charset=utf-8' },
      { at: 'retry-after', mock: 'present', deployment: 'absent' },
    ]);
    const succeeds = (status: number) => (line: CauseLine) => ({ evidence: { ...line.evidence, control: { status, code: null } } });
    expect(compared(LIMIT, succeeds(200)).differences).to.deep.equal([{ at: 'control twin', mock: '201', deployment: '200' }]);
    expect(compared(LIMIT, succeeds(500)).differences, 'no success').to.deep.equal([]);
  });

  it('a success with a status that the contract does not declare: different, though verify cannot prove the refusal', () => {
    const twinSaying = (status: number, code: string | null) =>
      compared(LIMIT, ({ evidence }) => ({ outcome: 'setup-failed', evidence: { ...evidence, control: { status, code } } }));
    expect(twinSaying(200, null)).to.deep.equal({
      parity: 'different',
      reason: 'control twin differs',
      differences: [{ at: 'control twin', mock: '201', deployment: '200' }],
    });
    for (const [status, code] of [
      [201, null],
      [200, 'common.forbidden'],
      [500, null],
    ] as const)
      expect(twinSaying(status, code).parity, `${status} ${code}`).to.equal('unproven');
  });

  it('who lets in what the other one refuses: fiction, or missing', () => {
    const letIn = changed(UNKNOWN_KEY, () => ({ outcome: 'not-reached', observed: { status: 204, code: undefined } }));
    const plain = changed('', () => ({}));
    expect(between(plain, letIn, UNKNOWN_KEY)).to.deep.equal({
      parity: 'fiction',
      reason: 'the mock refuses with 404 common.not_found; the deployment answers 204: it succeeds',
      differences: [{ at: 'answer', mock: '404 common.not_found', deployment: '204: it succeeds' }],
    });
    expect(between(letIn, plain, UNKNOWN_KEY)).to.deep.equal({
      parity: 'missing',
      reason: 'the deployment refuses with 404 common.not_found; the mock answers 204: it succeeds',
      differences: [{ at: 'answer', mock: '204: it succeeds', deployment: '404 common.not_found' }],
    });
    expect(between(letIn, letIn, UNKNOWN_KEY).parity, 'both are wrong in the same way').to.equal('same');
  });

  it('a code in another place: different; no code at all: fiction, be it with the same status', () => {
    const refusing = (body: unknown) =>
      compared(UNKNOWN_KEY, ({ answer, observed }) => ({
        outcome: 'violated',
        observed: { status: observed?.status ?? 0, code: undefined },
        answer: { headers: answer?.headers ?? {}, body },
      }));
    const flat = refusing({ code: 'common.not_found', message: 'Unknown.' });
    expect(flat.parity).to.equal('different');
    expect(flat.differences.map(({ at }) => at)).to.deep.equal(['/error']);
    for (const body of [undefined, { error: { message: 'Unknown.' } }, 'common.not_founded', null]) {
      const { parity, reason } = refusing(body);
      expect(parity, JSON.stringify(body)).to.equal('fiction');
      expect(reason).to.equal('the mock refuses with 404 common.not_found; the deployment answers 404 without a code');
    }
  });

  it('a failure that the operation does not declare, or nobody', () => {
    const answering = (code: string | undefined) =>
      compared(UNKNOWN_KEY, () => ({ outcome: 'violated', observed: { status: 409, code } })).differences[0]?.deployment;
    expect(answering('work.not_found')).to.equal('409 work.not_found, which revokeApiKey does not declare');
    expect(answering('key.gone')).to.equal('409 key.gone, which nobody declares');
    expect(answering(undefined)).to.equal('409 without a code');
  });

  for (const outcome of ['not-capable', 'setup-failed', 'edge-intercepted', 'flaky', 'simulated'] as const satisfies readonly Outcome[]) {
    it(`${outcome} on one side: unproven, with its reason`, () => {
      const silent = changed(LIMIT, () => ({ outcome, reason: 'give identities.admin' }));
      const plain = changed('', () => ({}));
      const { parity, reason } = between(plain, silent, LIMIT);
      expect({ parity, reason }).to.deep.equal({ parity: 'unproven', reason: `${outcome}: give identities.admin` });
      expect(between(silent, plain, LIMIT).reason).to.equal(`on the mock: ${outcome}: give identities.admin`);
    });
  }

  it('leaves out what one of them was not asked', () => {
    const partial = changed(LIMIT, () => ({ outcome: 'not-selected' }));
    const lines = compareRuns({ contract, mock: changed('', () => ({})), deployment: partial });
    expect(lines.some(({ code }) => code === 'api_key.limit_reached')).to.equal(false);
    expect(compareRuns({ contract, mock: partial, deployment: { ...partial, lines: [] } })).to.deep.equal([]);
  });

  it('what only the checks have found is told by them', () => {
    const found = changed(LIMIT, () => ({
      outcome: 'violated',
      discrepancies: [{ check: 'repeatable', at: 'second answer', expected: '429 again', actual: '201', remedy: '' }],
    }));
    const plain = changed('', () => ({}));
    expect(between(plain, found, LIMIT).differences).to.deep.equal([{ at: 'second answer', mock: '429 again', deployment: '201' }]);
    expect(between(found, plain, LIMIT).differences).to.deep.equal([{ at: 'second answer', mock: '201', deployment: '429 again' }]);
    expect(between(found, found, LIMIT).parity).to.equal('same');
  });

  it('one difference on many operations is told once, whatever their ids and times', () => {
    const lying = (line: CauseLine): Partial<CauseLine> =>
      line.failure.code === 'common.bad_request'
        ? saying('/error/request_id', null)(line)
        : line.failure.code === 'common.quota_exceeded'
          ? saying('/error/details/resets_at', null)(line)
          : {};
    const deployment = { deployment: mock.deployment, lines: mock.lines.map((line) => ({ ...line, ...lying(line) })), probes: [] };
    const lines = compareRuns({ contract, mock: changed('', () => ({})), deployment });
    const of = (code: string) => lines.filter((line) => line.code === code && line.parity === 'different').length;
    const told = shown(lines);
    expect([...told.matchAll(/the same in (\d+) more/g)].map(([, more]) => Number(more) + 1)).to.have.members(
      ['common.bad_request', 'common.quota_exceeded'].map(of),
    );
    expect(told.match(/^✗ different/gm)).to.have.length(2);
  });

  it('pairs of faults that wait for a line are counted, and told what they wait for', () => {
    const silent = changed(LIMIT, () => ({ outcome: 'not-capable', reason: 'give identities.admin' }));
    const [line] = compareRuns({ contract, mock: changed('', () => ({})), deployment: silent }).filter(({ parity }) => parity !== 'same');
    if (line === undefined) throw new Error('The line of the limit is not compared.');
    const pair: ParityLine = { ...line, kind: 'precedence', reason: `not-capable: it says nothing as long as ${LIMIT} is not proven` };
    const waits = 'each of the two faults must first be refused by itself, on the mock and on the deployment\n';
    expect(shown([line, pair])).to.contain(`\n! unproven  1 pair of faults waits: ${waits}`);
    expect(shown([line, pair, pair])).to.contain(`\n! unproven  2 pairs of faults wait: ${waits}`);
  });
});
