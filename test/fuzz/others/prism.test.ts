import { expect } from 'chai';
import { atsSuite, createDeployment, fuzz, type Finding, type FuzzEvent, type Suite } from '../../../contracts/index.js';
import { defaultContract, WORLD } from '../../../mocks/index.js';
import { startPrism, type Prism } from '../../oracle/support.js';
import { contract } from '../../support/judge.js';
import { whyTrue } from './judge.js';
import { Paper, seen } from './truth.js';

const LONG = process.env['FAILPATH_LONG'] === '1';
const OPERATIONS = LONG ? undefined : ['createApiKey', 'listExternalUserWorks'];

/** Prism answers of examples: nobody knows of a good request more than those. */
const suite: Suite = { ...atsSuite, name: 'prism', paths: [], scenarios: {}, sequences: {}, fuzz: { ids: [] } };

type Finished = Extract<FuzzEvent, { type: 'finished' }>;

async function fuzzed(prism: Prism): Promise<Finished> {
  const identity = (name: string): object => ({ token: `failpath-prism-${name}`, public: true });
  const deployment = createDeployment({
    url: prism.url,
    organization: WORLD.organizations.active,
    identities: { active: identity('active'), admin: identity('admin') } as never,
  });
  const selected = OPERATIONS === undefined ? {} : { selected: ({ id }: { readonly id: string }) => OPERATIONS.includes(id) };
  const limits = { seed: 7, requests: LONG ? 3_000 : 250, concurrency: 1, timeoutMs: 5_000 };
  for await (const event of fuzz({ contract, suite, deployment, ...limits, ...selected })) if (event.type === 'finished') return event;
  throw new Error('the run does not say that it has finished');
}

describe('fuzz: Prism serving the contract', function () {
  this.timeout(LONG ? 600_000 : 120_000);
  let prism: Prism;
  beforeEach(async () => {
    prism = await startPrism();
  });
  afterEach(() => prism.stop());

  it('each finding is true, and that it ends is one of them', async () => {
    const { findings } = await fuzzed(prism);
    // Some request ends it: what is looked at now is another one, at the same address as the lines have it.
    await prism.stop();
    const other = await startPrism();
    const paper = new Paper(defaultContract());
    const here = ({ curl, ...finding }: Finding): Finding => ({ ...finding, curl: curl.replaceAll(prism.url, other.url) });
    const isEnd = ({ cause }: Finding): boolean => cause.includes('ended');
    try {
      const untrue: string[] = [];
      for (const finding of findings.filter((one) => !isEnd(one)))
        if ((await whyTrue(here(finding), paper)) === undefined) untrue.push(`${finding.cause}: ${finding.curl}`);
      expect(untrue).to.deep.equal([]);
      expect(findings.filter((one) => !isEnd(one)).map(({ kind }) => kind)).to.include('undeclared');
      // No other request is blamed for it.
      expect(findings.filter(({ kind }) => kind === 'no-answer').every(isEnd)).to.equal(true);
      const [end, ...others] = findings.filter(isEnd);
      expect(others).to.deep.equal([]);
      // Last, since nothing is left of it then.
      if (end === undefined) throw new Error('nothing has ended it');
      await seen(here(end));
      expect(await fetch(other.url).catch(() => 'nobody'), end.curl).to.equal('nobody');
    } finally {
      await other.stop();
    }
  });
});
