import { startMock, type Mock } from '../../mocks/index.js';
import { expectUnproven, judgeDeployment } from '../support/judge.js';
import { startProxy } from '../support/proxy.js';
import { changing, HARMLESS } from './harmless.js';

describe('harmless differences', () => {
  let mock: Mock;
  before(async () => void (mock = await startMock()));
  after(() => mock.close());

  const expectPassed = async (proxied: Parameters<typeof startProxy>[1], operations?: readonly string[]): Promise<void> => {
    const proxy = await startProxy(mock.url, proxied);
    try {
      expectUnproven(await judgeDeployment(proxy.url, operations && { operations }), {}, 0);
    } finally {
      await proxy.close();
    }
  };

  for (const difference of HARMLESS) {
    it(`${difference.name} pass`, () => expectPassed(changing(difference), ['prepareWork', 'createApiKey']));
  }

  it('all of them at once, over everything, pass', () => expectPassed(changing(...HARMLESS)));
});
