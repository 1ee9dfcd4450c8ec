import { expect } from 'chai';
import { checkContract, formatFinding, loadContract } from '../../../spec/index.js';
import { findingsOf, removeWritten } from '../contracts.js';
import { expectNone } from './support.js';

describe('checkContract', () => {
  after(removeWritten);

  it('finds nothing in a sound contract', async () => {
    await expectNone({});
  });

  it('finds nothing in the contract that is shipped', async () => {
    const contract = await loadContract(new URL('../../../openapi.yaml', import.meta.url).pathname);
    expect((await checkContract(contract)).map(formatFinding)).to.deep.equal([]);
  });

  it('tells findings in the order of the file', async () => {
    const findings = await findingsOf(new URL('../golden/broken.yaml', import.meta.url).pathname);
    const places = findings.map(({ location }) => (location?.line ?? 0) * 1000 + (location?.column ?? 0));
    expect(places).to.deep.equal([...places].sort((a, b) => a - b));
  });
});
