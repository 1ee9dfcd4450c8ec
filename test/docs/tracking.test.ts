import { expect } from 'chai';
import { HTTP_LIMITS } from '../../mocks/http/index.js';
import { startMock } from '../../mocks/index.js';
import { atsContract } from '../mock/support.js';
import { readPage, runShell, runTypeScript, serversOf, startServers } from './support.js';

const PAGE = readPage('docs/tracking.md');

describe('docs/tracking.md', function () {
  this.timeout(30_000);

  it('tells the truth to a shell', async () => {
    const servers = await startServers(serversOf(PAGE.blocks));
    try {
      const blocks = PAGE.blocks.filter(({ language }) => language === 'sh');
      const problems = await runShell(PAGE, blocks, servers);
      expect(problems, problems.join('\n')).to.deep.equal([]);
    } finally {
      await servers.stop();
    }
  });

  for (const block of PAGE.blocks.filter(({ language }) => language === 'ts')) {
    it('runs its TypeScript', async () => {
      const problems = await runTypeScript(PAGE, block);
      expect(problems, problems.join('\n')).to.deep.equal([]);
    });
  }

  it('shows frames that are frames', async () => {
    const frames = (await atsContract()).operation('trackTransaction')?.successes[0]?.frames;
    const shown = PAGE.blocks.filter(({ language }) => language === 'json').map(({ text }) => JSON.parse(text) as { type: string });
    expect(shown.map(({ type }) => type)).to.deep.equal(['connected', 'update', 'error']);
    for (const frame of shown) expect(frames?.validate(frame), frame.type).to.deep.equal([]);
  });

  it('says the limits that there are', () => {
    const { connections, messageBytes, messages, window, bufferedBytes, pingInterval, patience } = HTTP_LIMITS.webSocket;
    const number = (value: number): string => value.toLocaleString('en-US');
    for (const said of [
      `${number(connections)} at once`,
      `${number(messageBytes)} bytes; beyond: close code 1009`,
      `${number(messages)} within ${window / 1_000} seconds, pings included`,
      `${patience / 1_000} second for a frame, or ${number(bufferedBytes)} bytes that wait`,
      `every ${pingInterval / 1_000} seconds by a ping`,
    ]) {
      expect(PAGE.text).to.include(said);
    }
  });

  it('says what the mock refuses in its own words', async () => {
    const mock = await startMock({ listen: false });
    const { type } = (await (await mock.fetch('/v1/ws/transactions/any', { headers: { prefer: 'code=101' } })).json()) as { type: string };
    expect(type).to.equal('failpath:upgrade-required');
    expect(PAGE.text).to.include(`426 \`${type}\``);
    await mock.close();
  });
});
