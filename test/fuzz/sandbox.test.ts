import { expect } from 'chai';
import { atsSuite, createTransport, discoverWorld, fuzz, type Deployment, type FuzzEvent } from '../../contracts/index.js';
import { startMock, type Mock } from '../../mocks/index.js';
import { contract } from '../support/judge.js';

const LONG = process.env['FAILPATH_LONG'] === '1';
const REQUESTS = LONG ? 50_000 : 5_000;
const SEED = Number(process.env['FAILPATH_SEED'] ?? 20_261_123);

describe('fuzz: the sandbox', function () {
  this.timeout(LONG ? 1_200_000 : 120_000);

  let mock: Mock;
  let deployment: Deployment;
  before(async () => {
    mock = await startMock({ port: 0, contract });
    const transport = createTransport({ timeoutMs: 10_000, connections: 1 });
    const world = await discoverWorld(mock.url, transport);
    await transport.close();
    if (world === undefined) throw new Error('the mock has no world');
    deployment = world;
  });
  after(() => mock.close());

  it(`answers ${REQUESTS} hostile requests as the contract declares (seed ${SEED})`, async () => {
    const events: FuzzEvent[] = [];
    const options = { contract, suite: atsSuite, deployment, seed: SEED, requests: REQUESTS, concurrency: 24, only: 'input' } as const;
    for await (const event of fuzz(options)) events.push(event);
    const said = events.flatMap((event) => (event.type === 'note' ? [event.says] : event.type === 'finding' ? [event.finding.says] : []));
    expect(said, `seed ${SEED}`).to.deep.equal([]);
    const finished = events.at(-1);
    expect(finished).to.include({ type: 'finished', good: 15, accepted: 15 });
    if (finished?.type !== 'finished') return;
    expect(finished.answered).to.equal(finished.sent);
    // A few mutations change nothing, such as the case of a token without letters.
    expect(finished.sent).to.be.greaterThan(REQUESTS * 0.98);
  });

  it('leaves nothing behind where there are no sessions', async () => {
    const { sessions: _, ...rest } = deployment;
    const alone = { ...rest, sessions: undefined };
    const keys = async (): Promise<unknown> => {
      const { value = '' } = deployment.identities.get('admin') ?? {};
      const url = `${mock.url}/v1/organizations/${deployment.organization}/api-keys`;
      const answer = (await (await fetch(url, { headers: { authorization: `Bearer ${value}` } })).json()) as readonly Readonly<
        Record<string, unknown>
      >[];
      return answer.filter(({ revoked_at: revoked }) => revoked === null).map(({ name }) => name);
    };
    const before = await keys();
    const selected = ({ id }: { readonly id: string }): boolean => id === 'createApiKey' || id === 'revokeApiKey';
    let finished: FuzzEvent | undefined;
    const options = { contract, suite: atsSuite, deployment: alone, seed: SEED, requests: 400, concurrency: 8, selected };
    for await (const event of fuzz(options)) finished = event;
    expect(finished).to.deep.include({ type: 'finished', accepted: 2, findings: [] });
    expect(await keys()).to.deep.equal(before);
  });
});
