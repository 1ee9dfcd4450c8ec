import { expect } from 'chai';
import { createDeployment, fuzz, type Finding, type FuzzEvent } from '../../../contracts/index.js';
import { shopSuite } from '../shop/support.js';
import { LIARS } from './liars.js';
import { LAMPS_TOKEN, lampsContract, withLamps } from './server.js';

type Finished = Extract<FuzzEvent, { type: 'finished' }>;

async function fuzzed(url: string, requests: number, seed = 7): Promise<Finished> {
  const deployment = createDeployment({ url, identities: { key: { token: LAMPS_TOKEN, public: true } } });
  const suite = { ...shopSuite, name: 'lamps', scenarios: {}, params: () => ({}), fuzz: { ids: ['lamp_id'] } };
  const options = { contract: await lampsContract(), suite, deployment, seed, requests, concurrency: 8, timeoutMs: 5_000 };
  for await (const event of fuzz(options)) if (event.type === 'finished') return event;
  throw new Error('the run does not say that it has finished');
}

/** A finding's line, without what it is of its operation that another operation has otherwise. */
async function lineOf({ curl, operation, requests: [request] }: Finding): Promise<string> {
  const own = (await lampsContract()).operation(operation);
  const path = (own?.path ?? '').replaceAll('{', '${');
  const target = request?.target.startsWith(path) === true ? `<operation>${request.target.slice(path.length)}` : request?.target;
  const method = request?.method === own?.method ? '' : request?.method;
  return `${method} ${target} ${curl.replace(/-X \w+ 'http:[^']*'/, '')}`;
}

describe('fuzz: liars, each cause is told once', function () {
  this.timeout(60_000);
  for (const [name, { lie, causes }] of Object.entries(LIARS))
    it(name, () =>
      withLamps(lie, async (url) => {
        const { findings } = await fuzzed(url, 900);
        const lines = await Promise.all(findings.map(lineOf));
        expect(new Set(lines).size, lines.join('\n')).to.equal(lines.length);
        expect(findings.map(({ cause }) => cause).toSorted()).to.deep.equal(causes.toSorted());
      }),
    );
});
