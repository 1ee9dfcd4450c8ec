import { expect } from 'chai';
import { mocks } from '../mock/support.js';
import { LIES } from './lies.js';
import { STORMS } from './storms.js';
import { tryScenarios } from './suite.js';
import { Client } from './world.js';

/** No lie lives for so many scenarios. */
const SCENARIOS = 60;

describe('the model finds', function () {
  this.timeout(60_000);
  const suite = mocks();
  after(() => suite.closeAll());

  for (const { name, breaks, sandbox, found, storm } of LIES) {
    it(`${name}: ${breaks}`, async () => {
      const mock = await suite.start({ sandbox: sandbox() });
      const client = new Client({ urls: [mock.url], admin: `${mock.url}/__admin` });
      const run = storm === undefined ? tryScenarios(client, SCENARIOS, false) : STORMS.find((one) => one.name === storm)?.run(client);
      const error = await Promise.resolve(run).then(
        () => undefined,
        (failed: unknown) => failed,
      );
      await client.close();
      expect(textOf(error)).to.match(found);
    });
  }
});

/** The first lines of what was thrown, and of what that was caused by: what fast-check says of the scenario is between them. */
function textOf(error: unknown): string {
  return error instanceof Error ? `${error.message.split('\n', 1)[0]}\n${textOf(error.cause)}` : '';
}
