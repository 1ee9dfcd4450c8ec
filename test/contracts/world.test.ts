import { expect } from 'chai';
import { createTransport, discoverWorld, TransportError, type WireAnswer } from '../../contracts/index.js';
import { startMock, type Mock } from '../../mocks/index.js';
import { answer, fakeTransport } from './support.js';

describe('the well-known world of a URL', () => {
  let mock: Mock;
  before(async () => {
    mock = await startMock({ port: 0 });
  });
  after(() => mock.close());

  it("is a mock's own: its tokens are identities, its admin routes capabilities", async () => {
    const transport = createTransport({ timeoutMs: 10_000, connections: 1 });
    const found = await discoverWorld(`${mock.url}/`, transport);
    await transport.close();
    const { organizations, tokens, works, workIds, externalUser, limits } = mock.world;
    expect(found).to.include({ url: mock.url, organization: organizations.active });
    expect(found?.works).to.deep.equal({
      own: String(works.active),
      other: String(works.other),
      external: { externalUserRef: externalUser.ref, id: externalUser.work },
      direct: workIds.active,
    });
    expect([...(found?.identities.keys() ?? [])]).to.have.members([...Object.keys(tokens), 'admin']);
    expect(
      [...(found?.identities.values() ?? [])].every((identity) => identity.public),
      'public fixtures',
    ).to.equal(true);
    expect(found?.identities.get('otherOrg')?.organization).to.equal(organizations.other);
    expect(found?.identities.get('deletedOrg')?.organization).to.equal(organizations.deleted);
    expect(found?.identities.get('smallFiles')).to.include({ organization: organizations.active, maxFileSizeBytes: limits.smallFiles });
    expect([...(found?.ways.keys() ?? [])]).to.have.members([
      'clock.advance',
      'quota.set',
      'credits.set',
      'chain.fault',
      'commitment.fault',
      'upstream.fault',
      'submission.fault',
    ]);
  });

  const world = { organizations: { active: 'a' }, tokens: { active: 'public-token' }, admin: 'public-admin', works: {} };
  it('may be smaller, as that of an older mock', async () => {
    const found = await discoverWorld(
      'http://api.test',
      fakeTransport(() => answer(200, world)),
    );
    expect(found?.works).to.deep.equal({ own: undefined, other: undefined, external: undefined, direct: undefined });
  });

  const foreign: Readonly<Record<string, () => WireAnswer>> = {
    'answers 404': () => answer(404, { error: { code: 'common.not_found' } }),
    'answers 404 with what looks like a world': () => answer(404, world),
    'answers a page': () => answer(200, '<html></html>'),
    'answers other JSON': () => answer(200, { hello: 'world' }),
    'answers no object': () => answer(200, []),
    'has empty tokens': () => answer(200, { ...world, tokens: { active: '' } }),
    'has impossible limits': () => answer(200, { ...world, limits: { active: -1 } }),
    'gives no answer': () => {
      throw new TransportError('connect ECONNREFUSED');
    },
  };
  for (const [what, reply] of Object.entries(foreign)) {
    it(`is unknown where the URL ${what}`, async () => {
      const transport = fakeTransport(reply);
      expect(await discoverWorld('http://api.test/base/', transport)).to.equal(undefined);
      expect(transport.requests).to.deep.equal([{ method: 'GET', url: 'http://api.test/base/__admin/world', headers: {} }]);
    });
  }

  it('passes on what is no answer of a transport', async () => {
    const transport = fakeTransport(() => {
      throw new RangeError('a mistake');
    });
    expect(await discoverWorld('http://api.test', transport).catch((error: unknown) => error)).to.be.an.instanceOf(RangeError);
  });
});
