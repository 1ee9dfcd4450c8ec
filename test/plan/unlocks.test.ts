import { expect } from 'chai';
import { stringify } from 'yaml';
import { atsSuite, loadDeployment, planRun, promisesOf, rehearse, type Promises } from '../../contracts/index.js';
import { startMock, type Mock } from '../../mocks/index.js';
import { temporaryFile } from '../support/cli.js';
import { contract } from '../support/judge.js';
import { DESCRIBED } from './deployments.js';

type File = Readonly<Record<string, unknown>>;

/** A deployment file with an entry more, as an unlock names it; what it says is what a file with everything says. */
function withEntry(file: File, entry: string, everything: File): File {
  const [place = '', what] = entry.split(': ');
  const [section = '', ...rest] = place.split('.');
  const member = rest.join('.');
  if (member === '') return { ...file, [section]: everything[section] };
  const own = (file[section] ?? {}) as Record<string, unknown>;
  if (section === 'allow') {
    const named = (own[member] as readonly string[] | undefined) ?? [];
    return { ...file, allow: { ...own, [member]: what === undefined ? true : [...named, what] } };
  }
  return { ...file, [section]: { ...own, [member]: (everything[section] as Record<string, unknown>)[member] } };
}

async function promised(file: File): Promise<Promises> {
  const deployment = loadDeployment(temporaryFile('deployment.yaml', stringify(file)), {});
  return promisesOf(await rehearse(await planRun({ contract, suite: atsSuite, deployment })));
}

const verified = ({ failures }: Promises): { failures: number; causes: number } => ({
  failures: failures.filter(({ outcome }) => outcome === 'verified').length,
  causes: failures.flatMap(({ causes }) => causes).filter(({ outcome }) => outcome === 'verified').length,
});

describe('what a plan says would unlock more', function () {
  this.timeout(120_000);
  let mock: Mock;
  before(async () => {
    mock = await startMock({ port: 0 });
  });
  after(() => mock.close());

  // Each takes a plan for every entry.
  const few = ['magic values in place of faults', 'production, where nothing is permitted'];
  const those = process.env['FAILPATH_LONG'] === undefined ? DESCRIBED.filter(({ name }) => few.includes(name)) : DESCRIBED;

  for (const { name, file } of those) {
    it(`unlocks just that: ${name}`, async () => {
      const everything = DESCRIBED[0]?.file(mock) ?? {};
      let now = file(mock);
      const { unlocks, ...before } = await promised(now);
      let proven = verified({ unlocks, ...before });
      for (const { give, failures, causes } of unlocks) {
        now = give.reduce((with_, entry) => withEntry(with_, entry, everything), now);
        const then = verified(await promised(now));
        expect({ give, failures: then.failures - proven.failures, causes: then.causes - proven.causes }).to.deep.equal({
          give,
          failures,
          causes,
        });
        proven = then;
      }
      expect(proven.failures, 'with all of it').to.equal(contract.failures.length);
    });
  }
});
