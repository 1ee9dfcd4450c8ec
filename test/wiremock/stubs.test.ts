import { expect } from 'chai';
import type { Rule } from '../../mocks/script/types.js';
import { fromRule, RefusedInput, toRule } from '../../mocks/wiremock/index.js';

const ID = '730d3e32-d098-4169-a20c-554c3bedce58';

/** A rule as files and code make them. */
const ruleOf = (parts: Partial<Rule>): Rule => ({
  id: 'one',
  name: undefined,
  priority: 5,
  match: {},
  answers: [{ passes: true }],
  end: 'repeat-last',
  perIdempotencyKey: false,
  delay: undefined,
  uses: undefined,
  lastsMs: undefined,
  probability: undefined,
  seed: undefined,
  scenario: undefined,
  source: 'scripts/flaky.yaml:3:5',
  ...parts,
});

const answer = (response: unknown): unknown => toRule({ response }, 'admin').answers[0];
const delay = (response: unknown): unknown => toRule({ response }, 'admin').delay;

const refusals = (stub: unknown): string[] => {
  try {
    toRule(stub, 'admin', { mayProxyTo: ({ hostname }) => hostname === 'api.example' });
  } catch (error) {
    if (error instanceof RefusedInput)
      return error.errors.map(({ source, title, detail }) => `${source?.pointer}: ${title}: ${detail ?? ''}`);
    throw error;
  }
  return [];
};

describe('wiremock: stubs', () => {
  it('become rules', () => {
    const stub = {
      id: ID,
      name: 'flaky',
      priority: 2,
      request: { method: 'post', urlPath: '/v1/works', headers: { 'X-A': { equalTo: 'b' } } },
      response: { status: 503, body: 'no', headers: { 'Content-Type': 'text/plain', Vary: ['A', 'B'] }, fixedDelayMilliseconds: 5 },
      scenarioName: 's',
      requiredScenarioState: 'Started',
      newScenarioState: 'two',
      metadata: { team: 'x' },
      persistent: false,
    };
    const rule = toRule(stub, 'admin');
    expect(rule).to.deep.equal({
      ...ruleOf({ id: ID, name: 'flaky', priority: 2, delay: 5, source: 'admin', scenario: { name: 's', is: 'Started', becomes: 'two' } }),
      match: { method: 'POST', path: { equals: '/v1/works' }, wiremock: stub.request },
      answers: [{ responds: { status: 503, headers: { 'content-type': 'text/plain', vary: 'A, B' }, body: 'no' } }],
      stub: { ...stub, uuid: ID },
    });
    expect(fromRule(rule)).to.deep.equal({ ...stub, uuid: ID });
    expect(structuredClone(rule)).to.deep.equal(rule);
  });

  it('say nothing but what is said', () => {
    const rule = toRule({}, 'admin');
    expect(rule).to.deep.include({ priority: 5, name: undefined, match: {}, delay: undefined, scenario: undefined });
    expect(rule.answers).to.deep.equal([{ responds: { status: 200 } }]);
    expect(rule.id).to.match(/^[0-9a-f-]{36}$/);
    expect(fromRule(rule)).to.deep.equal({ id: rule.id, uuid: rule.id });
    const empty = { request: null, response: null, name: null, priority: null, scenarioName: null, metadata: null, postServeActions: null };
    expect(toRule(empty, 'admin')).to.deep.include({ priority: 5, match: {} });
  });

  it('leave method and exact path to the rule, and everything else to the pattern', () => {
    const match = (request: unknown): unknown => toRule({ request }, 'admin').match;
    expect(match({ method: 'ANY', urlPath: '/a' })).to.deep.equal({ path: { equals: '/a' } });
    expect(match({ url: '/a?b=1' })).to.deep.equal({ path: { equals: '/a' }, wiremock: { url: '/a?b=1' } });
    expect(match({ method: 'GET', urlPathPattern: '/a.*' })).to.deep.equal({
      method: 'GET',
      wiremock: { method: 'GET', urlPathPattern: '/a.*' },
    });
  });

  it('belong to no scenario that they neither need nor move', () => {
    expect(toRule({ scenarioName: 's' }, 'admin').scenario).to.equal(undefined);
  });

  it('answer with every kind of body', () => {
    expect(answer({ jsonBody: { a: [1] } })).to.deep.equal({ responds: { status: 200, json: { a: [1] } } });
    expect(answer({ base64Body: Buffer.from('Ünï').toString('base64') })).to.deep.equal({ responds: { status: 200, body: 'Ünï' } });
    expect(answer({ status: 204, body: '' })).to.deep.equal({ responds: { status: 204 } });
    expect(answer({ status: 404, statusMessage: 'Not Found' })).to.deep.equal({ responds: { status: 404 } });
  });

  it('answer with faults', () => {
    expect(answer({ fault: 'EMPTY_RESPONSE' })).to.deep.equal({ responds: { status: 200 }, fault: { type: 'EMPTY_RESPONSE' } });
    expect(answer({ status: 200, body: 'slow', chunkedDribbleDelay: { numberOfChunks: 5, totalDuration: 1_000 } })).to.deep.equal({
      responds: { status: 200, body: 'slow' },
      fault: { type: 'dribble', chunks: 5, durationMs: 1_000 },
    });
  });

  it('are delayed in every way, and both ways add up', () => {
    expect(delay({ fixedDelayMilliseconds: 0 })).to.equal(undefined);
    expect(delay({ delayDistribution: { type: 'fixed', milliseconds: 7 }, fixedDelayMilliseconds: 3 })).to.equal(10);
    expect(delay({ delayDistribution: { type: 'uniform', lower: 1, upper: 2 }, fixedDelayMilliseconds: 3 })).to.deep.equal({
      uniform: [4, 5],
    });
    expect(delay({ delayDistribution: { type: 'lognormal', median: 80, sigma: 0.4 } })).to.deep.equal({
      lognormal: { median: 80, sigma: 0.4 },
    });
  });

  it('send requests on only where the mock has leave to', () => {
    const stub = { response: { proxyBaseUrl: 'https://api.example/base', fixedDelayMilliseconds: 9 } };
    const rule = toRule(stub, 'admin', { mayProxyTo: ({ hostname }) => hostname === 'api.example' });
    expect(rule).to.deep.include({ answers: [{ proxies: 'https://api.example/base' }], delay: 9 });
    expect(() => toRule(stub, 'admin')).to.throw(
      RefusedInput,
      /not started with leave to send requests on to https:\/\/api\.example\/base/,
    );
    for (const url of ['http://169.254.169.254/', 'file:///etc/passwd', 'https://u:p@api.example/', 'https://api.example/?x', 'x']) {
      expect(refusals({ response: { proxyBaseUrl: url } }), url).to.have.lengthOf(1);
    }
  });

  describe('that are not supported are refused by name', () => {
    const cases: readonly (readonly [unknown, readonly RegExp[]])[] = [
      ['x', [/^: Not usable: Must be a stub mapping/]],
      [{ response: { transformers: ['response-template'] } }, [/^\/response\/transformers: .*runs none/]],
      [{ response: { transformerParameters: {} } }, [/^\/response\/transformerParameters: "transformerParameters" is not supported/]],
      [{ response: { bodyFileName: 'x.json' } }, [/^\/response\/bodyFileName: "bodyFileName" is not supported: .*jsonBody/]],
      [
        { response: { statusMessage: 'Nope', status: 404 } },
        [/^\/response\/statusMessage: "statusMessage" is not supported: .*"Not Found"/],
      ],
      [{ response: { status: 99 } }, [/^\/response\/status: .*at least 200/]],
      [{ response: { body: 'x', jsonBody: {} } }, [/^\/response: .*body and jsonBody/]],
      [{ response: { base64Body: '*' } }, [/^\/response\/base64Body: .*not base64/]],
      [{ response: { base64Body: '/w==' } }, [/^\/response\/base64Body: .*not UTF-8/]],
      [{ response: { headers: { 'Content-Length': '5' } } }, [/^\/response\/headers\/Content-Length: /]],
      [{ response: { headers: { 'Set-Cookie': ['a', 'b'] } } }, [/^\/response\/headers\/Set-Cookie: /]],
      [{ response: { headers: { 'X-A': 'b\r\nX-B: c' } } }, [/^\/response\/headers\/X-A: .*control characters/]],
      [{ response: { fault: 'OUT_OF_MEMORY' } }, [/^\/response\/fault: .*EMPTY_RESPONSE/]],
      [
        { response: { fault: 'EMPTY_RESPONSE', chunkedDribbleDelay: { numberOfChunks: 1, totalDuration: 1 } } },
        [/chunkedDribbleDelay: .*no body/],
      ],
      [{ response: { fixedDelayMilliseconds: -1 } }, [/^\/response\/fixedDelayMilliseconds: .*negative/]],
      [{ response: { fixedDelayMilliseconds: 1e9 } }, [/^\/response\/fixedDelayMilliseconds: .*at most 240000/]],
      [{ response: { delayDistribution: { type: 'gamma' } } }, [/^\/response\/delayDistribution/]],
      [{ response: { delayDistribution: { type: 'uniform', lower: 2, upper: 1 } } }, [/^\/response\/delayDistribution: .*lower/]],
      [
        { response: { delayDistribution: { type: 'lognormal', median: 1, sigma: 1, maxValue: 5 } } },
        [/maxValue: "maxValue" is not supported/],
      ],
      [
        { response: { fixedDelayMilliseconds: 1, delayDistribution: { type: 'lognormal', median: 1, sigma: 1 } } },
        [/^\/response\/fixedDelayMilliseconds: .*no fixed part/],
      ],
      [{ response: { proxyBaseUrl: 'https://api.example', status: 200 } }, [/^\/response\/status: "status" is not supported/]],
      [{ request: { bodyPatterns: [{ equalToXml: '<a/>' }] } }, [/^\/request\/bodyPatterns\/0\/equalToXml: "equalToXml" is not supported/]],
      [{ id: 'x' }, [/^\/id: .*UUID/]],
      [{ id: ID, uuid: ID.replace('7', '8') }, [/^\/uuid: .*differs from id/i]],
      [{ priority: 0 }, [/^\/priority: .*at least 1/]],
      [{ newScenarioState: 'x' }, [/^\/newScenarioState: .*no scenarioName/]],
      [{ persistent: true }, [/^\/persistent: .*script file/]],
      [{ postServeActions: [{ name: 'webhook' }] }, [/^\/postServeActions: .*calls nobody/]],
      [{ serveEventListeners: [{ name: 'webhook' }] }, [/^\/serveEventListeners: .*calls nobody/]],
      [{ insertionIndex: 1 }, [/^\/insertionIndex: "insertionIndex" is not supported/]],
      [{ respons: {} }, [/^\/respons: Unknown member "respons"/]],
      [{ a: 1, response: { b: 1, status: 'x' } }, [/^\/response\/status: /, /^\/response\/b: /, /^\/a: /]],
    ];
    for (const [stub, words] of cases) {
      it(JSON.stringify(stub), () => {
        const found = refusals(stub);
        expect(found).to.have.lengthOf(words.length);
        for (const word of words)
          expect(
            found.some((one) => word.test(one)),
            `${String(word)} in\n${found.join('\n')}`,
          ).to.equal(true);
      });
    }
  });

  describe('are what rules of files and code are listed as', () => {
    it('in WireMock’s words where there are any', () => {
      const rule = ruleOf({
        name: 'down',
        match: { method: 'get', path: '/a' },
        answers: [{ responds: { status: 502, headers: { 'content-type': 'text/html' }, body: '<p>' } }],
        delay: { uniform: [1, 2] },
        scenario: { name: 's', becomes: 'x' },
      });
      expect(fromRule(rule)).to.deep.equal({
        id: 'one',
        name: 'down',
        request: { method: 'GET', urlPath: '/a' },
        response: {
          status: 502,
          headers: { 'content-type': 'text/html' },
          body: '<p>',
          delayDistribution: { type: 'uniform', lower: 1, upper: 2 },
        },
        uuid: 'one',
        priority: 5,
        scenarioName: 's',
        newScenarioState: 'x',
        metadata: { source: 'scripts/flaky.yaml:3:5' },
      });
      expect(fromRule(ruleOf({ answers: [{ proxies: 'https://a.example' }] }))['response']).to.deep.equal({
        proxyBaseUrl: 'https://a.example',
      });
    });

    it('as something that no stub can be, where there are none', () => {
      const rule = ruleOf({
        match: { on: 'confirmWork', path: { contains: 'x' } },
        answers: [{ fails: 'api_key.revoked' }, { passes: true }],
        uses: 2,
      });
      const stub = fromRule(rule);
      expect(stub['request']).to.deep.equal({
        method: 'ANY',
        customMatcher: { name: 'failpath', parameters: { on: 'confirmWork', path: { contains: 'x' } } },
      });
      expect(stub['response']).to.deep.include({ transformers: ['failpath'] });
      expect(refusals({ request: stub['request'], response: stub['response'] }).join('\n'))
        .to.match(/customMatcher/)
        .and.to.match(/transformers/);
    });
  });
});
