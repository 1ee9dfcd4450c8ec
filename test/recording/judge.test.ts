import { expect } from 'chai';
import { judgeAnswer } from '../../mocks/recording/index.js';
import type { SeenBody, SeenHeaders } from '../../spec/index.js';
import { atsContract } from '../mock/support.js';
import { body } from './support.js';

const JSON_TYPE = { 'content-type': 'application/json', 'x-request-id': 'req_1' };
const REQUEST_ID = `req_${'0'.repeat(32)}`;

const error = (code: string, details?: object): SeenBody =>
  body({ error: { code, message: 'Because.', ...(details === undefined ? {} : { details }), request_id: REQUEST_ID } });

const CASES: readonly (readonly [string, operation: string, status: number, SeenHeaders, SeenBody, RegExp])[] = [
  [
    'a declared failure',
    'initWork',
    401,
    JSON_TYPE,
    error('api_key.revoked'),
    /^declared-failure: initWork 401 api_key\.revoked is declared$/,
  ],
  [
    'parameters of a media type',
    'initWork',
    401,
    { ...JSON_TYPE, 'content-type': 'Application/JSON; charset=utf-8' },
    error('api_key.revoked'),
    /^declared-failure/,
  ],
  ['an undeclared status', 'getTransaction', 418, JSON_TYPE, body({}), /^undeclared-status: getTransaction declares no status 418 \(/],
  [
    'a code with the wrong status',
    'initWork',
    400,
    JSON_TYPE,
    error('api_key.revoked'),
    /^undeclared-code: initWork 400: .* declared with 401/,
  ],
  [
    'an undeclared code',
    'initWork',
    401,
    JSON_TYPE,
    error('api_key.unheard_of'),
    /^undeclared-code: initWork 401: .*"api_key\.unheard_of"/,
  ],
  [
    'details of the wrong type',
    'initWork',
    403,
    JSON_TYPE,
    error('api_key.scope_denied', { required: 7 }),
    /^invalid-details: .*\/error\/details\/required/,
  ],
  [
    'no request id',
    'initWork',
    401,
    JSON_TYPE,
    body({ error: { code: 'api_key.revoked', message: 'x' } }),
    /^outside-envelope: .*request_id/,
  ],
  [
    'a body that is no envelope',
    'initWork',
    401,
    JSON_TYPE,
    body({ code: 'api_key.revoked' }),
    /^outside-envelope: .*\/error\/code is absent/,
  ],
  ['an empty error', 'initWork', 401, {}, { kind: 'absent' }, /^outside-envelope: .*no body/],
  ['broken JSON', 'initWork', 401, JSON_TYPE, { kind: 'text', text: '{"error"' }, /^outside-envelope: .*not valid JSON/],
  ['a page', 'initWork', 401, { 'content-type': 'text/html' }, { kind: 'text', text: '<p>' }, /^outside-envelope: .*"text\/html"/],
  ['a success that lacks a member', 'initWork', 200, JSON_TYPE, body({ job_id: 'x' }), /^invalid-body: initWork 200: \//],
  ['a success without a body', 'initWork', 200, JSON_TYPE, { kind: 'absent' }, /^invalid-body: .*no body/],
  ['a body that cannot be read', 'initWork', 200, JSON_TYPE, { kind: 'unread', why: 'it is long' }, /^unjudged: .*it is long/],
];

describe('the verdict on an answer', () => {
  for (const [name, id, status, headers, seen, expected] of CASES) {
    it(`knows ${name}`, async () => {
      const contract = await atsContract();
      const operation = contract.operation(id) ?? expect.fail(id);
      const { kind, sentence } = judgeAnswer(contract, operation, { status, headers, body: seen });
      expect(`${kind}: ${sentence}`).to.match(expected);
    });
  }

  it('misses a header that is required', async () => {
    const contract = await atsContract();
    const failure = contract.failures.find(({ answer }) => answer.headers.some(({ name, required }) => required && name === 'Retry-After'));
    const { operation, status, examples } = failure ?? expect.fail();
    const { kind, sentence } = judgeAnswer(contract, operation, { status, headers: JSON_TYPE, body: body(examples[0]?.value) });
    expect(`${kind}: ${sentence}`).to.match(/^missing-header: \w+ (?:429|503) has no header Retry-After, which the contract requires$/);
  });

  it('declares every example of the contract', async () => {
    const contract = await atsContract();
    for (const operation of contract.operations) {
      for (const { status, content, headers, failures } of operation.answers) {
        const sent = Object.fromEntries(headers.map(({ name }) => [name.toLowerCase(), '1']));
        for (const { value, name } of content?.examples ?? []) {
          const answer = { status, headers: { ...sent, 'content-type': 'application/json' }, body: body(value) };
          const { kind, sentence } = judgeAnswer(contract, operation, answer);
          expect(kind, `${name}: ${sentence}`).to.equal(failures.length > 0 ? 'declared-failure' : 'declared-success');
        }
      }
    }
  });
});
