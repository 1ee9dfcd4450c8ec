import { expect } from 'chai';
import { coverageOf, createCoverageTally, formatCoverage, meetsCoverage } from '../../mocks/verification/index.js';
import type { Contract } from '../../spec/index.js';
import { atsContract } from '../mock/support.js';

describe('verification: coverage', () => {
  let contract: Contract;
  before(async () => {
    contract = await atsContract();
  });
  const only = (operation: string) => (failure: Contract['failures'][number]) => failure.operation.id === operation;
  const answer = (operation: string | undefined, status: number, code: string | undefined) => ({ operation, status, code });

  it('counts what was shown, by operation, status and code', () => {
    const { rows, ...counts } = coverageOf(
      contract,
      [
        answer('getTransaction', 404, 'transaction.not_found'),
        answer('getTransaction', 404, 'transaction.not_found'),
        answer('getTransaction', 200, undefined),
        answer('confirmWork', 503, 'common.service_unavailable'),
        answer(undefined, 404, 'common.not_found'),
      ],
      only('getTransaction'),
    );
    expect(counts).to.deep.equal({ declared: 2, shown: 1, percent: 50 });
    expect(rows.map(({ code, times }) => [code, times])).to.deep.equal([
      ['transaction.not_found', 2],
      ['common.service_unavailable', 0],
    ]);
  });

  it('does not count what the contract does not declare, or what was spoiled on its way', () => {
    const shown = (one: Parameters<ReturnType<typeof createCoverageTally>['add']>[0]): number => coverageOf(contract, [one]).shown;
    expect(shown(answer('getTransaction', 404, 'transaction.not_found'))).to.equal(1);
    expect(shown(answer('getTransaction', 500, 'transaction.not_found'))).to.equal(0);
    expect(shown(answer('getTransaction', 404, 'work.not_found'))).to.equal(0);
    expect(shown({ ...answer('getTransaction', 404, 'transaction.not_found'), spoiledBy: 'status-mismatch' })).to.equal(0);
  });

  it('covers the whole contract, in its order, when every failure was shown', () => {
    const all = contract.failures.map(({ operation, status, code }) => answer(operation.id, status, code));
    const coverage = coverageOf(contract, all.toReversed());
    expect(coverage.percent).to.equal(100);
    expect(coverage.rows.map(({ operation, status, code }) => `${operation} ${status} ${code}`)).to.deep.equal(
      contract.failures.map(({ key }) => key),
    );
    expect(coverageOf(contract, all.slice(1)).percent).to.be.lessThan(100);
  });

  it('is never rounded up to a gate', () => {
    expect(meetsCoverage({ shown: 2, declared: 3 }, 66.6)).to.equal(true);
    expect(meetsCoverage({ shown: 2, declared: 3 }, 66.7)).to.equal(false);
    expect(meetsCoverage({ shown: 9_999, declared: 10_000 }, 100)).to.equal(false);
    expect(meetsCoverage({ shown: 0, declared: 3 }, 0)).to.equal(true);
  });

  it('tallies in constant memory, and starts anew', () => {
    const tally = createCoverageTally(contract);
    for (let index = 0; index < 5_000; index++) tally.add(answer('getTransaction', 404, `made.up_${index}`));
    tally.add(answer('getTransaction', 404, 'transaction.not_found'));
    expect(tally.report().shown).to.equal(1);
    tally.reset();
    expect(tally.report().shown).to.equal(0);
  });

  it('is an aligned table', () => {
    const coverage = coverageOf(contract, [answer('getTransaction', 404, 'transaction.not_found')], only('getTransaction'));
    expect(formatCoverage(coverage)).to.equal(
      [
        '  OPERATION       STATUS  CODE                        RETRY    TIMES',
        '✓ getTransaction  404     transaction.not_found       never    1',
        '✗ getTransaction  503     common.service_unavailable  backoff  -',
        '1 of 2 declared failures shown: 50%',
        '',
      ].join('\n'),
    );
  });
});
