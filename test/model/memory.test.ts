import type { Mock } from '../../mocks/index.js';
import { mocks } from '../mock/support.js';
import { holdsTogether } from './suite.js';

describe('the model: a world in memory', () => {
  const suite = mocks();
  let mock: Mock;
  before(async () => {
    mock = await suite.start();
  });
  after(() => suite.closeAll());
  holdsTogether(() => ({ urls: [mock.url], admin: `${mock.url}/__admin` }));
});

describe('the model: a session, beside others', () => {
  const suite = mocks();
  after(() => suite.closeAll());
  holdsTogether(async () => {
    const mock = await suite.start();
    const begin = async (): Promise<{ readonly id: string; readonly url: string; readonly admin: string }> => {
      const answer = await fetch(`${mock.url}/__admin/sessions`, { method: 'POST' });
      return (await answer.json()) as Awaited<ReturnType<typeof begin>>;
    };
    await begin();
    const { id, url, admin } = await begin();
    return { urls: [url], admin, session: id };
  });
});
