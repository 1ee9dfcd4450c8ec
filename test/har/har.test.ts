import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InputError, readHar } from '../../spec/index.js';
import { atsContract } from '../mock/support.js';
import { temporaryFile } from '../support/cli.js';

const SESSION = fileURLToPath(new URL('../recording/golden/session.har', import.meta.url));
const BASE = 'https://staging.example.com/api';

describe('reading a HAR file', () => {
  it('survives files that are wrong anywhere', async () => {
    const contract = await atsContract();
    const whole = readFileSync(SESSION, 'utf8');
    const file = temporaryFile('broken.har', '');
    const wrong = [null, 7, 'x', [], {}];
    const texts = [...whole.matchAll(/"(\w+)": /g)].map(({ 0: member, index }, at) => {
      const rest = whole.slice(index + member.length);
      return `${whole.slice(0, index)}"${member.slice(1, -3)}": ${JSON.stringify(wrong[at % wrong.length])}, "was": ${rest}`;
    });
    for (const text of texts) {
      writeFileSync(file, text);
      try {
        readHar(file, contract);
      } catch (error) {
        expect(error, text.slice(0, 200)).to.be.instanceOf(InputError);
      }
    }
    expect(texts).to.have.length.above(50);
  });

  it('tells when a request was sent and how long it took, where the file says so', async () => {
    const told = (more: object): object => ({
      request: { method: 'GET', url: `${BASE}/v1/transactions/1` },
      response: { status: 404, content: { mimeType: 'application/json', text: '{}' } },
      ...more,
    });
    const entries = [
      told({ startedDateTime: '2026-07-01T12:00:00.500Z', time: 12.5 }),
      told({ startedDateTime: 'then', time: -1 }),
      told({}),
    ];
    const { exchanges } = readHar(temporaryFile('times.har', JSON.stringify({ log: { entries } })), await atsContract());
    expect(exchanges.map(({ at, durationMs }) => [at, durationMs])).to.deep.equal([
      [Date.UTC(2026, 6, 1, 12, 0, 0, 500), 12.5],
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  it('takes a body that nests too deeply for text', async () => {
    const deep = `${'['.repeat(201)}${']'.repeat(201)}`;
    const entry = {
      request: { method: 'GET', url: `${BASE}/v1/transactions/1` },
      response: { status: 200, content: { mimeType: 'application/json', text: deep } },
    };
    const { exchanges } = readHar(temporaryFile('deep.har', JSON.stringify({ log: { entries: [entry] } })), await atsContract());
    expect(exchanges[0]?.answer.body.kind).to.equal('text');
  });
});
