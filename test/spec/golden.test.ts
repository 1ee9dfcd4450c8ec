import { checkContract, formatFinding, InputError, loadContract } from '../../spec/index.js';
import { expectGolden } from '../support/golden.js';

const GOLDEN = new URL('./golden/', import.meta.url);

/** As `failpath check` prints it, wherever the tests run from. */
async function report(name: string): Promise<string> {
  const file = new URL(name, GOLDEN).pathname;
  const contract = await loadContract(file);
  const findings = await checkContract(contract);
  return `${findings.map(formatFinding).join('\n').replaceAll(contract.file, name)}\n`;
}

describe('the report on a contract', () => {
  it('that breaks every rule at once', async () => expectGolden(await report('broken.yaml'), new URL('broken.txt', GOLDEN)));

  it('that cannot be loaded', async () => {
    try {
      await report('unloadable.yaml');
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const place = error.findings[0]?.location?.file ?? '';
      return expectGolden(`${error.message.replaceAll(place, 'unloadable.yaml')}\n`, new URL('unloadable.txt', GOLDEN));
    }
    throw new Error('The contract has loaded.');
  });
});
