import { expect } from 'chai';
import { failpath } from '../support/cli.js';

describe('failpath mock --webhooks-to', function () {
  this.timeout(20_000);

  for (const nowhere of ['hooks.example.com', 'ftp://hooks.example.com', 'http://']) {
    it(`${nowhere} is exit code 4, with what to do`, async () => {
      const { exitCode, stderr } = await failpath(['mock', '--port', '0', '--webhooks-to', nowhere]);
      expect(exitCode).to.equal(4);
      expect(stderr).to.match(/^usage {2}webhooks may be sent to ".+"\n {4}why: .*http.*\n {4}fix: Say --webhooks-to https:/);
    });
  }

  it('does not go together with --record', async () => {
    const { exitCode, stderr } = await failpath([
      ...['mock', '--port', '0', '--record', 'http://127.0.0.1:1', '--webhooks-to', 'https://hooks.example.com'],
    ]);
    expect(exitCode).to.equal(4);
    expect(stderr).to.include('--record and --webhooks-to do not go together');
  });
});
