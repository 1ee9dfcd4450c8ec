import { expect } from 'chai';
import { judgeAnswer, operationOf, type AnyAnswer, type WireAnswer } from '../../contracts/index.js';
import { createRedactor } from '../../contracts/redact.js';
import type { Contract } from '../../spec/index.js';
import { answer, atsContract } from './support.js';

describe('any answer, held against what its operation declares', () => {
  let contract: Contract;
  before(async () => void (contract = await atsContract()));

  const judged = (operation: string | undefined, given: WireAnswer, more: Partial<AnyAnswer> = {}): string => {
    const verdict = judgeAnswer({
      contract,
      operation: operation === undefined ? undefined : contract.operation(operation),
      method: 'POST',
      answer: given,
      redactor: createRedactor(),
      credential: undefined,
      seenRequestIds: new Set(),
      ...more,
    });
    if (verdict.kind === 'edge') return 'edge';
    const what = verdict.kind === 'failure' ? verdict.failure.key : verdict.kind === 'success' ? verdict.declared.status : '';
    for (const { expected, actual, remedy } of verdict.discrepancies) {
      expect(expected).to.match(/\S/);
      expect(actual).to.match(/\S/);
      expect(remedy).to.match(/^\S.+\.$/s);
    }
    return [verdict.kind, what, ...verdict.discrepancies.map(({ check, at }) => `${check} at ${at}`)]
      .filter((one) => one !== '')
      .join(', ');
  };
  const refusal = (code: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
    error: { code, message: 'No.', request_id: 'req_1', ...more },
  });
  const success = (): WireAnswer => {
    const [declared] = contract.operation('getTransaction')?.successes ?? [];
    return answer(200, declared?.content?.examples[0]?.value);
  };

  const TABLE: readonly [what: string, operation: string | undefined, given: () => WireAnswer, verdict: string][] = [
    [
      'a declared failure',
      'getTransaction',
      () => answer(404, refusal('transaction.not_found')),
      'failure, getTransaction 404 transaction.not_found',
    ],
    [
      'a declared failure with another status',
      'getTransaction',
      () => answer(400, refusal('transaction.not_found')),
      'failure, getTransaction 404 transaction.not_found, status at status',
    ],
    [
      'a declared failure without its request id',
      'getTransaction',
      () => answer(404, refusal('transaction.not_found', { request_id: undefined })),
      'failure, getTransaction 404 transaction.not_found, envelope at /error/request_id',
    ],
    ['a declared success', 'getTransaction', success, 'success, 200'],
    ['a success of another shape', 'getTransaction', () => answer(200, []), 'success, 200, body at body'],
    ['a success that is a page', 'getTransaction', () => answer(200, '<p>'), 'success, 200, content-type at content-type'],
    [
      'a success that is no JSON',
      'getTransaction',
      () => answer(200, '{', { 'content-type': 'application/json' }),
      'success, 200, body at body',
    ],
    ['an error that says 200', 'getTransaction', () => answer(200, refusal('no.such')), 'undeclared, declared at /error/code'],
    [
      'a code of another operation',
      'getTransaction',
      () => answer(409, refusal('transaction.mismatch')),
      'undeclared, status at status, declared at /error/code',
    ],
    ['a status of success that is not declared', 'getTransaction', () => answer(204, undefined), 'undeclared, status at status'],
    ['a refusal outside the envelope', 'getTransaction', () => answer(404, { message: 'no' }), 'undeclared, envelope at /error/code'],
    [
      'a server that broke',
      'getTransaction',
      () => answer(500, 'Error: x\n    at handle (/srv/app.js:1:2)'),
      'undeclared, server-error at status, envelope at /error/code, leak at body',
    ],
    ['a page of a proxy', 'getTransaction', () => answer(502, '<center>nginx</center>'), 'edge'],
    ['a rate limiter', 'getTransaction', () => answer(429, refusal('slow_down')), 'edge'],
    [
      'no such route, refused as the contract says',
      undefined,
      () => answer(404, refusal('common.not_found', { details: { resource: 'route' } })),
      'failure, initWork 404 common.not_found',
    ],
    ['no such route, and a page', undefined, () => answer(404, 'Cannot POST'), 'undeclared, envelope at /error/code'],
    ['no such route, and it is served', undefined, () => answer(200, {}), 'undeclared, status at status'],
  ];
  for (const [what, operation, given, verdict] of TABLE)
    it(what, () => expect(judged(operation, given()).replace(/failure, \w+ 404 common/, 'failure, initWork 404 common')).to.equal(verdict));

  it('a token in an error is a leak, and in a success it may be', () => {
    const leaked = answer(404, refusal('transaction.not_found', { message: 'tok_123 knows no such' }));
    expect(judged('getTransaction', leaked, { credential: 'tok_123' })).to.contain('leak at body');
    const minted = success();
    expect(
      judged('getTransaction', { ...minted, headers: { ...minted.headers, 'x-token': 'tok_123' } }, { credential: 'tok_123' }),
    ).to.equal('success, 200');
  });

  it('the answer to a HEAD has a status and nothing else', () => {
    const head = (status: number): string => judged('getTransaction', answer(status, ''), { method: 'HEAD' });
    expect([200, 404, 418].map(head)).to.deep.equal([
      'success, 200',
      'failure, getTransaction 404 transaction.not_found',
      'undeclared, status at status',
    ]);
  });

  it('where a contract says nothing of unknown routes, only a server that breaks is wrong', () => {
    const silent = { ...contract, refusals: { ...contract.refusals, unknownRoute: undefined } };
    expect(judged(undefined, answer(404, 'no'), { contract: silent })).to.equal('undeclared');
    expect(judged(undefined, answer(500, 'no'), { contract: silent })).to.contain('server-error');
  });

  it('a HEAD is answered by the operation of the GET', () => {
    expect(operationOf(contract, 'HEAD', '/v1/transactions/x')?.id).to.equal(operationOf(contract, 'GET', '/v1/transactions/x')?.id);
    expect(operationOf(contract, 'GET', '/nowhere')).to.equal(undefined);
  });
});
