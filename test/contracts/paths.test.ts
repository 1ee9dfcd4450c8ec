import { expect } from 'chai';
import { createRedactor, type FailurePath, type Steps } from '../../contracts/index.js';
import { answer, refusal, runToy, toySuite } from './support.js';
import { drive, faulty, PATHS, silent, toyApi, type Reply } from './toy-api.js';

/** What a path does before it begins with its scenario. */
const before =
  (work: (steps: Steps) => Promise<unknown>): NonNullable<FailurePath['given']> =>
  async (steps) => {
    await work(steps);
    return steps.scenario('makeThing');
  };
describe('a failure path', () => {
  it('sends the operation with its ordinary values, and the fault in it', async () => {
    const { requests } = await drive({
      ...PATHS.foreign,
      when: (request) => ({ ...request, query: { page: '1 2' }, headers: { 'x-want': '403 thing.forbidden' } }),
    });
    expect(requests[0]).to.deep.include({ method: 'POST', url: 'http://toy.test/things?page=1+2' });
    expect(requests[0]?.headers).to.deep.equal({
      accept: 'application/json',
      authorization: 'Bearer active-token',
      'content-type': 'application/json',
      'x-want': '403 thing.forbidden',
    });
    expect(requests[0]?.body).to.match(/^\{"name":"failpath-abc123-[0-9a-f]{6}1"\}$/);
  });

  it('fills path parameters in, encoded', async () => {
    const path: FailurePath = {
      operation: 'removeThing',
      code: 'key.missing',
      cause: 'none',
      when: (request) => ({ ...request, as: null, params: { id: 'a/b c' }, headers: { 'x-want': '401 key.missing' } }),
    };
    const { requests, line } = await drive(path);
    expect(requests[0]).to.deep.equal({
      method: 'DELETE',
      url: 'http://toy.test/things/a%2Fb%20c',
      headers: { accept: 'application/json', 'x-want': '401 key.missing' },
    });
    expect(line.outcome).to.equal('verified');
  });

  it('may send something that is no JSON', async () => {
    const { requests } = await drive({
      ...PATHS.foreign,
      when: ({ body: _, ...request }) => ({
        ...request,
        raw: { contentType: 'text/plain', text: '{"a":' },
        headers: { 'x-want': '403 thing.forbidden' },
      }),
    });
    expect(requests[0]).to.include({ body: '{"a":' });
    expect(requests[0]?.headers).to.include({ 'content-type': 'text/plain' });
  });

  describe('has a control twin', () => {
    it("that is the scenario's request without the fault", async () => {
      const { requests, line } = await drive(PATHS.foreign);
      expect(line.outcome).to.equal('verified');
      expect(requests.map(faulty)).to.deep.equal([true, true, false]);
      expect(new Set(requests.map(({ body }) => body)), 'the very same request').to.have.length(1);
    });

    it('that is a fresh scenario where the fault is in what was given', async () => {
      const { requests } = await drive({
        operation: 'makeThing',
        code: 'thing.forbidden',
        cause: 'foreign',
        given: async (steps) => ({ ...(await steps.scenario('makeThing')), headers: { 'x-want': '403 thing.forbidden' } }),
      });
      expect(requests.map(faulty)).to.deep.equal([true, true, false]);
      expect(requests[2]?.body).to.not.equal(requests[0]?.body);
    });

    it('of its own', async () => {
      const { requests } = await drive({ ...PATHS.foreign, control: async (_, request) => ({ ...request, body: { name: 'control' } }) });
      expect(requests[2]?.body).to.equal('{"name":"control"}');
    });

    const table: readonly [what: string, reply: Reply, outcome: string, reason: RegExp][] = [
      [
        'a verified line needs it to succeed',
        (request) => (faulty(request) ? undefined : refusal(401, 'key.missing')),
        'setup-failed',
        /the control twin .* answered 401 key\.missing, not 201/,
      ],
      [
        'a wrong path needs it to succeed',
        (request) => (faulty(request) ? refusal(401, 'key.missing') : refusal(403, 'key.revoked')),
        'setup-failed',
        /the control twin .* answered 403 key\.revoked, not 201/,
      ],
      [
        'a wrong path with a good one stays',
        (request) => (faulty(request) ? refusal(401, 'key.missing') : undefined),
        'wrong-path',
        /^401 key\.missing fired instead/,
      ],
      [
        'an undeclared answer needs it to succeed',
        (request) => (faulty(request) ? answer(400, {}) : refusal(401, 'key.missing')),
        'setup-failed',
        /the control twin/,
      ],
      [
        'the right code with a wrong status stands by itself',
        (request) => (faulty(request) ? refusal(400, 'thing.forbidden') : refusal(401, 'key.missing')),
        'violated',
        /^status: expected 403, saw 400/,
      ],
      [
        'a control twin without an answer',
        (request) => (faulty(request) || request.method === 'GET' ? undefined : silent()),
        'setup-failed',
        /^the control twin could not be sent: makeThing got no answer: silence$/,
      ],
    ];
    for (const [what, reply, outcome, reason] of table) {
      it(`: ${what}`, async () => {
        const { line } = await drive(PATHS.foreign, reply);
        expect(line.outcome).to.equal(outcome);
        expect(line.reason).to.match(reason);
      });
    }

    it('that is not sent where the request never arrived', async () => {
      expect((await drive(PATHS.foreign, (request) => (faulty(request) ? answer(502, '') : undefined))).requests).to.have.length(1);
    });

    it('with provisions of its own where the request succeeded, since that has used them up', async () => {
      const { line, requests } = await drive(PATHS.foreign, (request) => (faulty(request) ? answer(201, { id: '1' }) : undefined));
      expect(line.outcome).to.equal('not-reached');
      expect(requests).to.have.length(2);
    });

    it('whose failure shows that a request which succeeded was none of the right kind', async () => {
      const { line } = await drive(PATHS.foreign, (request) => (faulty(request) ? answer(201, { id: '1' }) : answer(409, { oops: true })));
      expect(line.outcome).to.equal('setup-failed');
    });
  });

  describe('is setup-failed', () => {
    const given = (work: FailurePath['given'], members: Partial<FailurePath> = {}): FailurePath => ({
      operation: 'makeThing',
      code: 'thing.forbidden',
      cause: 'foreign',
      ...members,
      ...(work === undefined ? {} : { given: work }),
    });
    const table: readonly [what: string, path: FailurePath, reason: string][] = [
      ['when what it needs is refused', given(before((steps) => steps.call({ operation: 'makeThing', headers: { 'x-want': '409 thing.exists' } }))), 'makeThing answered 409 thing.exists, not 201'],
      ['when there is no answer', { ...PATHS.foreign, when: (request) => ({ ...request, headers: { 'x-silent': '1' } }) }, 'makeThing got no answer: silence'],
      ['when it has no upload URL', given(before((steps) => steps.upload(undefined, { bytes: 1 }))), 'there is no upload_url to send the audio to'],
      ['when its upload URL is none', given(before((steps) => steps.upload('http://[', { bytes: 1 }))), 'there is no upload_url to send the audio to'],
      ['when its upload is refused', given(before((steps) => steps.upload('/upload/403', { bytes: 1044 }))), 'the upload of 1044 bytes was answered with 403'],
      ['when its upload is redirected', given(before((steps) => steps.upload('/upload/307', { bytes: 1 }))), 'the upload of 1 bytes was answered with 307'],
      ['when it names no operation', given(before((steps) => steps.send({ operation: 'makeNothing' }))), 'the contract has no operation makeNothing'],
      ['when a parameter has no value', given(before((steps) => steps.send({ operation: 'removeThing' }))), 'removeThing needs a value for {id}'],
      ['when it asks how an undeclared operation succeeds', given(async (steps) => steps.scenario('unknown')), 'the contract declares no operation unknown'],
      ['when it asks for an identity that nobody has', { ...PATHS.foreign, when: async (request, steps) => ({ ...request, as: await steps.identity('readOnly') }) }, 'identity:readOnly is missing: give identities.readOnly'],
    ]; // prettier-ignore
    for (const [what, path, reason] of table) {
      it(what, async () => {
        const { line } = await drive(path, (request) => {
          if (request.headers['x-silent'] !== undefined) return silent();
          return request.method === 'PUT' ? answer(Number(request.url.split('/').at(-1)), undefined) : undefined;
        });
        expect(line).to.include({ outcome: 'setup-failed', reason });
      });
    }
  });

  it('uploads to where the API says, relative to the deployment or not, and without a credential', async () => {
    const uploading = (url: string): FailurePath => ({
      ...PATHS.foreign,
      given: before((steps) => steps.upload(url, { bytes: 7 })),
    });
    for (const [url, target] of [
      ['/files/1', 'http://toy.test/files/1'],
      ['https://storage.test/a?sig=b', 'https://storage.test/a?sig=b'],
    ] as const) {
      const { requests } = await drive(uploading(url), (request) => (request.method === 'PUT' ? answer(200, undefined) : undefined));
      expect(requests[0]).to.deep.equal({ method: 'PUT', url: target, headers: { 'content-type': 'audio/wav' }, body: { bytes: 7 } });
    }
  });

  describe('asserts more', () => {
    const asserting = (thenAlso: FailurePath['thenAlso']): FailurePath => ({
      ...PATHS.same,
      ...(thenAlso === undefined ? {} : { thenAlso }),
    });

    it('with chai, on the details', async () => {
      expect((await drive(asserting(({ details }, expected) => expected(details['id']).to.equal('1')))).line.outcome).to.equal('verified');
      const { line } = await drive(asserting(({ details }, expected) => expected(details['id'], 'the thing that exists').to.equal('2')));
      expect(line).to.include({ outcome: 'violated' });
      expect(line.discrepancies).to.have.length(1);
      expect(line.discrepancies[0]).to.include({ check: 'then', expected: '"2"', actual: '"1"' });
      expect(line.reason).to.match(/expected "2", saw "1"/);
    });

    it('only where the answer is correct by itself', async () => {
      const reply: Reply = (request) => (faulty(request) ? refusal(409, 'thing.exists') : undefined);
      const { line } = await drive(
        asserting(() => expect.fail('it was asked')),
        reply,
      );
      expect(line.discrepancies.map(({ check }) => check)).to.deep.equal(['details']);
    });

    it('and a mistake in it is no finding', async () => {
      const path = asserting(() => {
        throw new RangeError('a mistake');
      });
      expect(await drive(path).catch((error: unknown) => error)).to.be.an.instanceOf(RangeError);
    });
  });

  it('must have a request id of its own', async () => {
    const reply: Reply = (request) =>
      faulty(request)
        ? answer(Number(request.headers['x-want']?.split(' ')[0]), {
            error: { code: request.headers['x-want']?.split(' ')[1], message: 'No.', request_id: 'req_same', details: { id: '1' } },
          })
        : undefined;
    const { lines } = await runToy(toySuite([PATHS.foreign, PATHS.same, PATHS.revoked]), toyApi(reply));
    const outcomes = lines
      .filter(({ outcome }) => outcome !== 'not-capable')
      .map(({ outcome, discrepancies }) => [outcome, ...discrepancies.map(({ check }) => check)]);
    expect(outcomes).to.deep.equal(Array.from({ length: 3 }, () => ['violated', 'request-id']));
  });

  it('shows no credential that it was given or that was made for it', async () => {
    const redactor = createRedactor();
    const reply: Reply = (request) => {
      if (faulty(request))
        return answer(403, { error: { code: 'thing.forbidden', message: 'made-secret of active-token', request_id: 'req_active-token' } });
      return request.method === 'POST' ? answer(201, { id: '1', secret: 'made-secret' }) : undefined;
    };
    const transport = toyApi(reply);
    const path: FailurePath = {
      ...PATHS.foreign,
      given: before((steps) => steps.call({ operation: 'makeThing' })),
    };
    const { line } = await runToy(toySuite([path]), transport, { redactor });
    const { failure: _, ...shown } = line('foreign');
    expect(shown.outcome).to.equal('violated');
    expect(JSON.stringify(shown)).to.not.contain('made-secret').and.to.not.contain('active-token');
    expect(shown.response).to.contain('$SECRET of $FAILPATH_ACTIVE');
    expect(shown.requestId).to.equal('req_$FAILPATH_ACTIVE');
  });
});
