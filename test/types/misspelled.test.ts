import { expect } from 'chai';
import type { LooseApi, Mock } from '../../mocks/index.js';
import { startMock } from '../../mocks/index.js';
import { formatFinding, InputError } from '../../spec/index.js';

/** What JavaScript may pass, where no compiler looks. */
const js = (value: unknown): never => value as never;

const PREPARE = '/v1/organizations/any/works/prepare';

type Loose = Mock<undefined, LooseApi>;

async function refusal(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return `${error.findings.map(({ problem }) => problem).join()} ${error.findings.map(formatFinding).join('\n')}`;
  }
  return expect.fail('Nothing was refused.');
}

/** What is refused, and what is said of it. */
type Refused = Readonly<Record<string, readonly [work: (mock: Loose) => unknown, says: RegExp]>>;

const RULES: Refused = {
  'a matcher': [
    (mock) => mock.on('prepareWork', { headers: { 'x-client': js({ contians: 'ios' }) } }),
    /headers\.x-client\.contians: [^]*"contians"; did you mean contains\?/,
  ],
  'a matcher of the body': [(mock) => mock.on('prepareWork', { body: js({ contians: 1 }) }), /body\.contians: [^]*did you mean contains\?/],
  'a condition': [(mock) => mock.on('prepareWork', js({ hedaers: {} })), /"hedaers"; did you mean headers\?/],
  'another condition': [(mock) => mock.on('prepareWork', js({ occurence: 2 })), /"occurence"; did you mean occurrence\?/],
  'a condition of any request': [(mock) => mock.onAny(js({ methd: 'GET' })), /"methd"; did you mean method\?/],
  'an occurrence': [(mock) => mock.on('prepareWork', { occurrence: js({ evry: 2 }) }), /"evry"; did you mean every\?/],
  'a second operation': [(mock) => mock.on('prepareWork', js({ on: 'initWork' })), /there is no member "on"/],
  'conditions that are none': [(mock) => mock.on('prepareWork', js('ios')), /the conditions: .*expected object/],
  'conditions without end': [
    (mock) => {
      const headers: Record<string, unknown> = {};
      headers['x'] = { not: headers };
      mock.on('prepareWork', js({ headers }));
    },
    /nested too deeply/,
  ],
  'an answer of a list': [(mock) => mock.on('prepareWork').answers([503, js({ exmple: 'x' })]), /"exmple"; did you mean example\?/],
  'beside a code': [
    (mock) => mock.on('prepareWork').answers([js({ fails: 'common.service_unavailable', detials: {} })]),
    /"detials"; did you mean details\?/,
  ],
  'two answers in one': [(mock) => mock.on('prepareWork').answers([js({ fails: 'x', passes: true })]), /one of fails, passes, not several/],
  'details of no failure': [(mock) => mock.on('prepareWork').answers([js({ passes: true, details: {} })]), /details belongs to fails/],
  'an answer of nothing': [
    (mock) => mock.on('prepareWork').answers([{}] as never),
    /does not say what to answer: add one of fails, example/,
  ],
  'a response': [(mock) => mock.on('prepareWork').responds(js({ status: 418, jsn: {} })), /responds\.jsn: [^]*did you mean json\?/],
  'a fault of a list': [(mock) => mock.on('prepareWork').answers([js({ fault: 'conection-reset' })]), /did you mean connection-reset\?/],
  'a fault without its parameters': [
    (mock) => mock.on('prepareWork').answers([js({ fault: { type: 'timeout' } })]),
    /the fault timeout is written 'timeout' \(never ends\) or \{ timeout: 500 \}/,
  ],
  'a delay': [(mock) => mock.on('prepareWork').delays(js({ unifrm: [1, 2] })), /"unifrm"; did you mean uniform\?/],
  'another delay': [(mock) => mock.on('prepareWork').delays(js({ lognorml: {} })), /"lognorml"; did you mean lognormal\?/],
  'a state of a scenario': [
    (mock) => mock.on('prepareWork').inScenario('outage', js({ is: 'Started', becoms: 'Over' })),
    /"becoms"; did you mean becomes\?/,
  ],
  'details around the details': [
    (mock) => mock.on('prepareWork').fails('registration.audio_too_large', { details: { max_bytes: 5 } }),
    /have no member "details"[^]*Pass the details themselves: \{"max_bytes":5\}/,
  ],
  'a rule in full': [
    (mock) => mock.scripts.add(ruleWith({ match: { headers: { a: { contians: 'b' } } } })),
    /match\.headers\.a\.contians: [^]*did you mean contains\?/,
  ],
  'an answer of a rule in full': [
    (mock) => mock.scripts.add(ruleWith({ answers: [{ pases: true }] })),
    /answers\.0\.pases: [^]*did you mean passes\?/,
  ],
  'a member of a rule in full': [(mock) => mock.scripts.add(ruleWith({ prioriti: 1 })), /"prioriti"; did you mean priority\?/],
};

const ASKED: Refused = {
  'how often': [(mock) => mock.received('prepareWork', js({ tims: 3 })), /"tims"; did you mean times\?/],
  'how often, of never': [(mock) => mock.received('prepareWork', js({ nevr: true })), /"nevr"; did you mean never\?/],
  'a part of the request': [(mock) => mock.received('prepareWork', js({ headrs: {} })), /"headrs"; did you mean headers\?/],
  'the operation': [(mock) => mock.received(js({ opration: 'confirmWork' })), /"opration"; did you mean operation\?/],
  'a matcher': [
    (mock) => mock.received('prepareWork', { headers: { a: js({ contians: 'b' }) }, never: true }),
    /headers\.a\.contians: [^]*did you mean contains\?/,
  ],
  'never, as a text': [(mock) => mock.received('prepareWork', { never: js('yes') }), /never: .*expected boolean/],
  'a query that is none': [(mock) => mock.received(js(503)), /the query: .*expected object/],
  'what is waited for': [(mock) => mock.waitFor(js({ stauts: 503 })), /"stauts"; did you mean status\?/],
  'how long to wait': [(mock) => mock.waitFor('prepareWork', js({ witin: 1 })), /"witin"; did you mean within\?/],
  'how long to wait, by its former name': [(mock) => mock.waitFor('prepareWork', js({ timeoutMs: 1 })), /there is no member "timeoutMs"/],
};

function ruleWith(members: object): never {
  const rule = { id: 'r', priority: 5, match: {}, answers: [{ passes: true }], end: 'repeat-last', perIdempotencyKey: false, source: 'x' };
  return js({ ...rule, ...members });
}

describe('what is misspelled in JavaScript', () => {
  let mock: Loose;
  before(async () => (mock = await startMock<undefined, LooseApi>({ listen: false })));
  beforeEach(() => mock.reset());
  after(() => mock.close());

  describe('is refused in a rule, which changes nothing:', () => {
    for (const [what, [work, says]] of Object.entries(RULES)) {
      it(what, async () => {
        const message = await refusal(() => work(mock));
        expect(message).to.match(says);
        expect(message).to.match(/^script-invalid/);
        expect(mock.scripts.rules).to.deep.equal([]);
      });
    }
  });

  describe('is refused where one asks what has arrived:', () => {
    for (const [what, [work, says]] of Object.entries(ASKED)) {
      it(what, async () => {
        const message = await refusal(() => work(mock));
        expect(message).to.match(says);
        expect(message).to.match(/^usage/);
      });
    }
  });

  it('is refused as an option of a mock', async () => {
    expect(await refusal(() => startMock(js({ prot: 1 })))).to.match(/^usage [^]*"prot"; did you mean port\?/);
    expect(await refusal(() => startMock(js({ record: { form: 'https://a.example' } })))).to.match(/"form"; did you mean from\?/);
  });

  it('is not refused where the contract names the member itself', () => {
    mock.on('prepareWork').fails('registration.audio_too_large', { max_bytes: 5 });
    expect(mock.scripts.rules).to.have.length(1);
  });
});

describe('short forms are what they are in scripts:', () => {
  let mock: Loose;
  before(async () => (mock = await startMock<undefined, LooseApi>({ listen: false })));
  beforeEach(() => mock.reset());
  after(() => mock.close());

  const asked = async (): Promise<string> => {
    const answer: unknown = await mock.fetch(PREPARE, { method: 'POST' }).catch((error: unknown) => error);
    if (answer instanceof Response) return String(answer.status);
    return ((answer as Error).cause as { readonly code?: string } | undefined)?.code ?? String(answer);
  };
  const RESET = [{ fault: { type: 'CONNECTION_RESET_BY_PEER' } }];

  for (const name of ['CONNECTION_RESET_BY_PEER', 'connection-reset']) {
    it(`the fault ${name} in a list`, async () => {
      const chain = mock.on('prepareWork').answers([js({ fault: name })]);
      expect(chain.rule.answers).to.deep.equal(RESET);
      expect(await asked()).to.equal('ECONNRESET');
    });

    it(`the fault ${name} in a rule in full`, async () => {
      mock.scripts.add(ruleWith({ answers: [{ fault: name }] }));
      expect(mock.scripts.rules[0]?.answers).to.deep.equal(RESET);
      expect(await asked()).to.equal('ECONNRESET');
    });

    it(`the fault ${name} over HTTP`, async () => {
      const body = JSON.stringify({ on: 'prepareWork', answers: [{ fault: name }] });
      expect((await mock.fetch('/__admin/rules', { method: 'POST', body })).status).to.equal(201);
      expect(await asked()).to.equal('ECONNRESET');
    });
  }

  it('one answer in place of a list', async () => {
    mock.on('prepareWork').answers(js('common.service_unavailable'));
    expect(await asked()).to.equal('503');
  });

  it('a value in the body that stands alone', () => {
    const chain = mock.on('prepareWork', { body: { at: js({ '/count': 3, '/title': 'a' }) } }).passes();
    expect(chain.rule.match.body).to.deep.equal({ at: { '/count': { equals: 3 }, '/title': 'a' } });
  });

  it('within, of what is waited for', async () => {
    const error: unknown = await mock.waitFor('prepareWork', { within: 1 }).catch((reason: unknown) => reason);
    expect((error as Error).message).to.match(/none arrived within 1 ms/);
  });
});
