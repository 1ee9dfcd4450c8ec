import { expect } from 'chai';
import { createDeployment, createPlan, defineSuite, type SuiteParts } from '../../contracts/index.js';
import { startMock } from '../../mocks/index.js';
import { InputError, loadContract, packageFile, type Contract } from '../../spec/index.js';
import { temporaryFile } from '../support/cli.js';
import { inProcess } from '../support/io.js';

const CONTRACT = packageFile('assets/project/openapi.yaml');
const PATH = "{ operation: 'createLamp', code: 'lamp.name_empty', cause: 'empty', when: (lamp) => ({ ...lamp, body: { name: '' } }) }";

describe('a suite of its own', () => {
  const verify = async (
    module: string,
    ...more: readonly string[]
  ): Promise<{ exitCode: number | null; stdout: string; stderr: string }> => {
    const suite = temporaryFile('failpath.suite.js', module);
    const ended = await inProcess([
      'verify',
      '--contract',
      CONTRACT,
      '--suite',
      suite,
      '--out',
      `${suite}.report`,
      '--reruns',
      '0',
      ...more,
    ]);
    return { ...ended, stderr: ended.stderr.replaceAll(suite, 'SUITE') };
  };

  it('is run by verify; what it has no path for is unproven, and says where one would go', async () => {
    const { exitCode, stdout } = await verify(`export default { paths: [${PATH}] };`);
    expect(stdout).to.contain('1 verified').and.to.contain('2 not-capable');
    expect(stdout).to.contain('no failure path leads there yet: write one beside its siblings in failpath.suite.js');
    expect(exitCode).to.equal(2);
  });

  it('calls no API wrong for what the embedded mock cannot know', async () => {
    const { exitCode, stdout } = await verify(`export default { paths: [${PATH.replace("name: ''", "name: 'taken'")}] };`);
    expect(stdout).to.contain('3 not-capable').and.to.contain('the embedded mock remembers nothing for this contract');
    expect(exitCode).to.equal(2);
  });

  it('finds a deployment that does not do as its contract says', async () => {
    const mock = await startMock({ contract: CONTRACT });
    const { exitCode, stdout } = await verify(`export default { paths: [${PATH.replace("name: ''", "name: 'x'")}] };`, '--url', mock.url);
    await mock.close();
    expect(stdout).to.contain('not-reached  createLamp 422 lamp.name_empty (empty)');
    expect(exitCode).to.equal(1);
  });

  const broken: Readonly<Record<string, readonly [when: string, reason: RegExp]>> = {
    'that throws': ["() => { throw new RangeError('oops'); }", /the path's when threw "oops" \(SUITE:1:\d+\)/],
    'that returns nothing': ['() => {}', /the path's when returned nothing: does it end without `return`\?/],
    'that returns no request': ['() => ({ body: {} })', /the path's when returned no request, which names its operation/],
  };
  for (const [what, [when, reason]] of Object.entries(broken)) {
    it(`tells a path ${what} by its line, and runs the others`, async () => {
      const { exitCode, stdout, stderr } = await verify(
        `export default { paths: [${PATH}, { operation: 'createLamp', code: 'lamp.invalid', cause: 'no name', when: ${when} }] };`,
      );
      expect(stdout.replaceAll(/\(\S*failpath\.suite\.js/g, '(SUITE')).to.match(reason);
      expect(stdout).to.contain('1 verified').and.to.contain('1 setup-failed');
      expect({ exitCode, stderr }).to.deep.equal({ exitCode: 2, stderr: '' });
    });
  }

  const mistakes: Readonly<Record<string, readonly [module: string, told: string]>> = {
    'no default export': ['export const paths = [];', 'SUITE cannot be read: it has no default export'],
    'a module that throws': ["throw new TypeError('no such thing');", 'SUITE cannot be read: TypeError: no such thing (SUITE:1:7)'],
    'a package that is not there': ["import 'no-such-package-at-all';", 'no-such-package-at-all'],
    'no paths': ['export default {};', "SUITE: the suite's paths are missing, and no list"],
    'paths that are no list': ['export default { paths: {} };', "SUITE: the suite's paths are an object, and no list"],
    'a suite that is none': ['export default null;', 'SUITE: the suite is null'],
    'a path that is none': ['export default { paths: [7] };', 'SUITE: path 1 of the suite is a number'],
    'a path without a fault': [
      "export default { paths: [{ operation: 'createLamp', code: 'lamp.name_empty', cause: 'empty' }] };",
      'SUITE: path 1 of the suite has neither given nor when, so nothing is faulty in it',
    ],
    'a step that is no function': [
      "export default { paths: [{ operation: 'createLamp', code: 'lamp.name_empty', cause: 'empty', when: {} }] };",
      'SUITE: path 1 of the suite has a when that is no function',
    ],
    'a misspelt operation': [`export default { paths: [${PATH.replace('createLamp', 'createLam')}] };`, 'Did you mean "createLamp"?'],
  };
  for (const [what, [module, told]] of Object.entries(mistakes)) {
    it(`is refused with ${what}, before anything is sent`, async () => {
      const { exitCode, stderr } = await verify(module);
      expect(stderr).to.contain(told);
      expect(exitCode).to.equal(4);
    });
  }

  it('is refused when there is no such file', async () => {
    const { exitCode, stderr } = await inProcess(['check', CONTRACT, '--suite', 'no-such.suite.js']);
    expect(stderr).to.contain('the suite no-such.suite.js cannot be read: there is no such file');
    expect(exitCode).to.equal(4);
  });
});

describe('defineSuite', () => {
  let contract: Contract;
  before(async () => (contract = await loadContract(CONTRACT)));

  it('leaves what is said as it is, and makes the rest ordinary', async () => {
    const parts: SuiteParts = { name: 'lamps', paths: [], params: () => ({ id: '7' }) };
    const suite = defineSuite(parts);
    expect(suite.name).to.equal('lamps');
    expect(suite.params(createDeployment({ url: 'http://127.0.0.1' }))).to.deep.equal({ id: '7' });
    expect(await suite.leftovers({} as never)).to.deep.equal([]);
    expect(defineSuite(suite)).to.deep.equal(suite);
  });

  it('tells everything that is wrong at once', () => {
    try {
      defineSuite({ paths: [{ code: 7 }, null] } as never);
      expect.fail('It was taken.');
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      expect(error.findings.map(({ what }) => what)).to.deep.equal([
        'path 1 of the suite has no operation',
        'path 1 of the suite has no code',
        'path 1 of the suite has no cause',
        'path 1 of the suite has neither given nor when, so nothing is faulty in it',
        'path 2 of the suite is null',
      ]);
    }
  });

  it('lets operations with a path succeed with the example of the contract', () => {
    const path = { operation: 'createLamp', code: 'lamp.invalid', cause: 'no name', when: (request: never) => request };
    const { paths, suite } = createPlan(contract, defineSuite({ paths: [path] }), createDeployment({ url: 'http://127.0.0.1' }));
    expect(paths.map(({ action }) => action.do)).to.deep.equal(['nothing', 'run', 'nothing']);
    expect(Object.keys(suite.scenarios)).to.deep.equal(['createLamp']);
  });
});
