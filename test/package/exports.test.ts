import { expect } from 'chai';
import * as failpath from '../../index.js';

describe('the public API', () => {
  it('changes only on purpose', () => {
    expect(Object.keys(failpath).sort()).to.deep.equal([
      'EXIT',
      'InputError',
      'REPORTS',
      'ReceivedError',
      'atsSuite',
      'buildLedger',
      'checkContract',
      'createDeployment',
      'createPlan',
      'createTransport',
      'decide',
      'defineSuite',
      'diffContracts',
      'discoverWorld',
      'formatFinding',
      'formatRun',
      'loadContract',
      'loadDeployment',
      'run',
      'startMock',
      'toJunit',
    ]);
  });
});
