import { expect } from 'chai';
import { createAnswers } from '../../mocks/answers.js';
import type { MockAnswer } from '../../mocks/index.js';
import { profile, profiledFailure, PROFILES, profileSchema, type Profiled, type ProfileName } from '../../mocks/profiles/index.js';
import { envelopeCodec, type Contract, type Failure } from '../../spec/index.js';
import { atsContract, contractFrom } from '../mock/support.js';

const REQUEST_ID = 'req_00000000000040008000000000000000';
const NAMES = Object.keys(PROFILES) as readonly ProfileName[];

/** Everything that a contract holds against an answer that is meant to be one of its failures. */
function breaches(failure: Failure, { status, headers, body = '' }: MockAnswer): string[] {
  const declared = failure.operation.answers.find((answer) => answer.status === status);
  const broken: string[] = [];
  if (declared === undefined) broken.push('status undeclared');
  else if (declared.failures.every(({ code }) => code !== failure.code)) broken.push('status of another code');
  if (headers['content-type'] !== failure.answer.content?.mediaType) broken.push('content-type');
  for (const header of declared?.headers ?? []) {
    const value = headers[header.name.toLowerCase()];
    if (header.required && value === undefined) broken.push(`${header.name} missing`);
  }
  try {
    const violations = failure.validate(JSON.parse(body));
    broken.push(...violations.map(({ pointer, keyword }) => `${pointer} ${keyword}`));
  } catch {
    broken.push('no JSON');
  }
  return [...new Set(broken)];
}

/** What each profile breaks, all of it. */
const BREAKS: Readonly<Record<ProfileName, (broken: readonly string[]) => void>> = {
  'gateway-html-502': (broken) => expect(broken).to.deep.equal(['status undeclared', 'content-type', 'no JSON']),
  'missing-request-id': (broken) => expect(broken).to.deep.equal(['/error/request_id required']),
  'unknown-code': (broken) => expect(broken).to.deep.equal(['/error/code const']),
  'details-wrong-type': (broken) => expect(broken).to.deep.equal(['/error/details type']),
  'wrong-content-type': (broken) => expect(broken).to.deep.equal(['content-type']),
  'truncated-json': (broken) => expect(broken).to.deep.equal(['no JSON']),
  'status-code-disagree': (broken) =>
    expect(broken)
      .to.have.lengthOf(1)
      .and.satisfy(([one]: string[]) => one?.startsWith('status ') === true),
  'message-changed': (broken) => expect(broken).to.deep.equal([]),
};

function regular(contract: Contract, failure: Failure): MockAnswer {
  const attempt = createAnswers(contract).failure(failure, REQUEST_ID);
  return 'answer' in attempt ? attempt.answer : expect.fail(`${failure.key} has no answer`);
}

const answerOf = (profiled: Profiled): MockAnswer => ('answer' in profiled ? profiled.answer : expect.fail(profiled.impossible));

describe('off-contract profiles', () => {
  let contract: Contract;
  before(async () => (contract = await atsContract()));

  for (const name of NAMES) {
    it(`${name}: every failure of the ATS breaks in this way, and in no other`, () => {
      const answers = createAnswers(contract);
      for (const failure of contract.failures) {
        const attempt = answers.failure(failure, REQUEST_ID);
        if ('violations' in attempt) expect.fail(failure.key);
        expect(breaches(failure, attempt.answer)).to.deep.equal([]);
        const answer = answerOf(profile(name, { failure, contract, answer: attempt.answer }));
        BREAKS[name](breaches(failure, answer));
        expect(answer.headers).to.include({ 'x-failpath-origin': 'mock', 'x-failpath-off-contract': name });
      }
    });

    it(`${name}: is made without changing what it is made of, and always the same`, () => {
      const failure = contract.failures[0] as Failure;
      const answer = regular(contract, failure);
      const before = structuredClone(answer);
      const input = { failure, contract, answer };
      expect(profile(name, input)).to.deep.equal(profile(name, input));
      expect(answer).to.deep.equal(before);
    });
  }

  describe('what stays', () => {
    const made = (
      name: ProfileName,
    ): { envelope: ReturnType<ReturnType<typeof envelopeCodec>['read']>; answer: MockAnswer; was: MockAnswer; failure: Failure } => {
      const failure = contract.failures.find(
        ({ code, operation }) => code === 'registration.audio_too_large' && operation.id === 'prepareWork',
      ) as Failure;
      const was = regular(contract, failure);
      const answer = answerOf(profile(name, { failure, contract, answer: was }));
      return { answer, was, failure, envelope: envelopeCodec(contract).read(JSON.parse(answer.body ?? '')) };
    };

    it('unknown-code: the family of the code, so that a client can still go by it', () => {
      const { envelope, answer } = made('unknown-code');
      expect(envelope.code).to.match(/^registration\.[a-z_]+$/);
      expect(contract.failures.map(({ code }) => code)).to.not.include(envelope.code);
      expect(answer.status).to.equal(413);
    });

    it('details-wrong-type: the details themselves, as a text', () => {
      const { envelope, was } = made('details-wrong-type');
      expect(JSON.parse(String(envelope.details))).to.deep.equal(envelopeCodec(contract).read(JSON.parse(was.body ?? '')).details);
    });

    it('missing-request-id: all but the request id of the envelope', () => {
      const { envelope, answer } = made('missing-request-id');
      expect(envelope).to.include({ requestId: undefined, code: 'registration.audio_too_large' });
      expect(answer.headers['x-request-id']).to.equal(REQUEST_ID);
    });

    it('status-code-disagree: the body; the status is one that the operation declares', () => {
      const { answer, was, failure } = made('status-code-disagree');
      expect(answer.body).to.equal(was.body);
      expect(failure.operation.answers.map(({ status }) => status)).to.include(answer.status);
      expect(answer.status).to.be.at.least(400).and.not.equal(failure.status);
    });

    it('message-changed: all but the message', () => {
      const { envelope, was } = made('message-changed');
      const before = envelopeCodec(contract).read(JSON.parse(was.body ?? ''));
      expect(envelope.message).to.not.equal(before.message);
      expect({ ...envelope, message: before.message }).to.deep.equal(before);
    });

    it('gateway-html-502: nothing', () => {
      const failure = contract.failures[0] as Failure;
      const answer = answerOf(profile('gateway-html-502', { failure, contract, answer: regular(contract, failure) }));
      expect(answer.headers).to.not.have.property('x-request-id');
      expect(answer.body).to.match(/^<html>.*502 Bad Gateway.*<\/html>\s*$/s);
    });
  });

  it('starts from the failure with a code, or else from the first', () => {
    const operation = contract.operation('prepareWork');
    if (operation === undefined) expect.fail('no prepareWork');
    expect(profiledFailure(operation)).to.equal(operation.failures[0]);
    expect(profiledFailure(operation, 'api_key.revoked')).to.include({ code: 'api_key.revoked', operation });
    expect(profiledFailure(operation, 'api_key.limit_reached')).to.equal(undefined);
  });

  it('are named by a strict schema', () => {
    for (const name of NAMES) expect(profileSchema.parse(name)).to.equal(name);
    const saysOf = (value: unknown): string | undefined => profileSchema.safeParse(value).error?.issues[0]?.message;
    expect(saysOf('truncated_json')).to.match(
      /^there is no profile "truncated_json" \(did you mean truncated-json\?\); there are gateway-html-502, /,
    );
    expect(saysOf('zzz')).to.match(/^there is no profile "zzz"; there are /);
    expect(saysOf(5)).to.match(/^a profile is one of gateway-html-502, /);
    for (const sentence of Object.values(PROFILES)) expect(sentence).to.match(/^[A-Z].*\.$/);
  });

  describe('where a contract leaves open what would be broken', () => {
    let open: Contract;
    let failure: Failure;
    before(async () => {
      open = await contractFrom(OPEN);
      failure = open.failures[0] as Failure;
    });
    const made = (name: ProfileName): Profiled => profile(name, { failure, contract: open, answer: regular(open, failure) });

    it('says that it cannot be', () => {
      for (const name of ['details-wrong-type', 'missing-request-id', 'message-changed'] as const) {
        expect(made(name), name).to.have.property('impossible').that.includes(failure.key);
      }
    });

    it('breaks what can be broken', () => {
      expect(answerOf(made('status-code-disagree')).status).to.equal(400);
      expect(breaches(failure, answerOf(made('unknown-code')))).to.deep.equal(['/code const']);
      const { body = '' } = answerOf(made('truncated-json'));
      expect(body)
        .to.have.length.above(10)
        .and.not.match(/[\ud800-\udbff]$/);
      expect(breaches(failure, answerOf(made('truncated-json')))).to.deep.equal(['no JSON']);
    });
  });
});

/** One failure, with an open envelope and a message that may not change; its JSON has nothing but pairs in the middle. */
const OPEN = `
openapi: 3.1.0
info: {title: Open, version: 1.0.0}
x-failpath:
  envelope: {code: /code, message: /message, details: /details, requestId: /request_id}
paths:
  /things:
    get:
      operationId: getThings
      responses:
        '200': {description: OK, content: {application/json: {schema: {type: object}, examples: {things: {value: {}}}}}}
        '500':
          description: Broken
          content:
            application/json:
              schema: {$ref: '#/components/schemas/broken'}
              examples: {broken: {value: {code: broken, message: '${'😀'.repeat(40)}'}}}
components:
  schemas:
    broken:
      title: Broken
      description: It is broken.
      x-causes: [bug]
      x-retry: never
      type: object
      required: [code, message]
      properties:
        code: {const: broken}
        message: {const: '${'😀'.repeat(40)}'}
`;
