import { expect } from 'chai';
import { firstSentence, judge, summarise, type Judgement } from '../../contracts/judge.js';
import { createRedactor, type Outcome, type WireAnswer } from '../../contracts/index.js';
import { envelopeCodec, type Contract } from '../../spec/index.js';
import { answer, atsContract, failureOf, refusal } from './support.js';

describe('the judgement of an answer', () => {
  let contract: Contract;
  before(async () => {
    contract = await atsContract();
  });

  const judged = (operation: string, code: string, given: WireAnswer): Judgement =>
    judge({
      contract,
      failure: failureOf(contract, operation, code),
      answer: given,
      envelope: envelopeCodec(contract).read(given.json),
      redactor: createRedactor(),
      credential: undefined,
      seenRequestIds: new Set(),
    });

  const PAGE = '<html><head><title>413</title></head><body><center>nginx</center></body></html>';
  const table: readonly [what: string, given: () => WireAnswer, outcome: Outcome, needsControl: boolean][] = [
    ['the declared failure', () => refusal(422, 'registration.audio_empty'), 'verified', true],
    ['the right code under another status', () => refusal(400, 'registration.audio_empty'), 'violated', false],
    ['the right code in a server error', () => refusal(500, 'registration.audio_empty'), 'violated', false],
    ['the right code in a success', () => refusal(200, 'registration.audio_empty'), 'violated', false],
    [
      'the right code without a request id',
      () => answer(422, { error: { code: 'registration.audio_empty', message: 'No.' } }),
      'violated',
      false,
    ],
    ['another declared failure of the operation', () => refusal(401, 'api_key.not_found'), 'wrong-path', true],
    ['a declared code under a status that is not its own', () => refusal(400, 'api_key.not_found'), 'violated', true],
    ['a code that the operation does not declare', () => refusal(429, 'common.quota_exceeded'), 'violated', true],
    ['a status without the envelope', () => answer(422, { message: 'empty' }), 'violated', true],
    [
      'a flattened envelope',
      () => answer(422, { code: 'registration.audio_empty', message: 'No.', request_id: 'req_1' }),
      'violated',
      true,
    ],
    ['the success of the operation', () => answer(200, { job_id: '1' }), 'not-reached', true],
    ['the status of success with an undeclared code', () => refusal(200, 'registration.gone'), 'violated', true],
    ['the status of success with a code of another status', () => refusal(200, 'api_key.not_found'), 'violated', true],
    ['another success than the declared one', () => answer(204, undefined), 'violated', true],
    ['a redirect', () => answer(302, undefined, { location: '/login' }), 'violated', true],
    ['a 429 without the envelope', () => answer(429, 'slow down', { 'content-type': 'text/plain' }), 'edge-intercepted', false],
    ['a 429 with a code that the contract does not know', () => refusal(429, 'gateway.throttled'), 'edge-intercepted', false],
    ['a page of a proxy', () => answer(413, PAGE), 'edge-intercepted', false],
    ['a page of a proxy with the status of success', () => answer(200, PAGE), 'edge-intercepted', false],
    ['a page of the application', () => answer(422, '<h1>Empty</h1>'), 'violated', true],
    ['502 without the envelope', () => answer(502, ''), 'edge-intercepted', false],
    ['502 with the envelope and an undeclared code', () => refusal(502, 'common.bad_gateway'), 'violated', true],
    ['nothing but a status', () => answer(500, undefined), 'violated', true],
  ];
  for (const [what, given, outcome, needsControl] of table) {
    it(`is ${outcome} for ${what}`, () => {
      const judgement = judged('prepareWork', 'registration.audio_empty', given());
      expect(judgement).to.include({ outcome, needsControl });
      expect(judgement.reason === '', 'a reason').to.equal(outcome === 'verified');
      expect(judgement.discrepancies.length > 0, 'discrepancies').to.equal(outcome === 'violated');
    });
  }

  it('finds nothing in a 429 that a rate limiter sent, and says what to do; where a 429 was asked for, a wrong one is a finding', () => {
    const limited = answer(429, 'slow down', { 'content-type': 'text/plain', 'retry-after': '3' });
    expect(judged('initWork', 'api_key.revoked', limited).reason).to.equal(
      "429 text/plain did not come from the application: a 429 that the contract does not know is a rate limiter's; it says Retry-After: 3; run with a lower --rate, or set http.rate",
    );
    expect(judged('createApiKey', 'api_key.limit_reached', limited).outcome).to.equal('violated');
    expect(judged('createApiKey', 'api_key.limit_reached', answer(429, { message: 'Too Many Requests' })).outcome).to.equal(
      'edge-intercepted',
    );
  });

  describe('says what a failure suggests that fired instead:', () => {
    const reasonFor = (code: string, fired: WireAnswer): string => judged('prepareWork', code, fired).reason;

    it('the credential, before a business rule', () => {
      expect(reasonFor('registration.audio_empty', refusal(401, 'api_key.revoked'))).to.match(
        /^401 api_key\.revoked fired instead.+ The credential was refused before the check for registration\.audio_empty could run$/,
      );
    });
    it('an earlier check of the credential', () => {
      expect(reasonFor('api_key.scope_denied', refusal(401, 'api_key.not_found'))).to.match(
        / An earlier check of the credential refused first/,
      );
    });
    it('a later check of the credential, or the body', () => {
      expect(reasonFor('api_key.revoked', refusal(403, 'api_key.scope_denied'))).to.match(
        / The check for api_key\.revoked let the request through, or comes too late$/,
      );
      expect(reasonFor('api_key.revoked', refusal(422, 'registration.audio_empty'))).to.match(
        / The check for api_key\.revoked let the request through, or comes too late$/,
      );
    });
    it('the first check of the credential', () => {
      expect(reasonFor('registration.audio_empty', refusal(401, 'common.unauthorized'))).to.match(
        / The credential was refused before the check for registration\.audio_empty could run$/,
      );
      expect(reasonFor('api_key.revoked', refusal(401, 'common.unauthorized'))).to.match(
        / An earlier check of the credential refused first, or the answer bears its code by mistake$/,
      );
    });
    it('a later check than the first', () => {
      expect(reasonFor('common.unauthorized', refusal(401, 'api_key.not_found'))).to.match(
        / The check for common\.unauthorized let the request through, or comes too late$/,
      );
    });
    it('another business rule', () => {
      expect(reasonFor('registration.audio_empty', refusal(404, 'registration.upload_session_not_found'))).to.match(
        / Either that check comes first and should not have fired, or the one for registration\.audio_empty is missing$/,
      );
    });
  });

  it('says what the failure means that fired instead, in a phrase of its own', () => {
    expect(judged('prepareWork', 'registration.audio_empty', refusal(401, 'api_key.revoked')).reason).to.match(
      /^401 api_key\.revoked fired instead \([^:]+: [^.:;)]+\)\. /,
    );
    expect(firstSentence('The key was taken back. It is gone.')).to.equal('The key was taken back');
    expect(firstSentence('There is one already: names are unique')).to.equal('There is one already');
    expect(firstSentence('Gone; for good')).to.equal('Gone');
    expect(firstSentence('Written on\n   two lines')).to.equal('Written on two lines');
    expect(firstSentence('')).to.equal('');
  });

  it('is summed up by the first discrepancy', () => {
    const one = { check: 'status', at: 'status', expected: '422', actual: '400', remedy: '' };
    expect(summarise([])).to.equal('');
    expect(summarise([one])).to.equal('status: expected 422, saw 400');
    expect(summarise([one, one, one])).to.equal('status: expected 422, saw 400 (and 2 more)');
  });
});
