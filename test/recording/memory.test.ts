import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { request } from 'undici';
import { ROOT } from '../support/cli.js';
import { deployment, newFile, type Deployment } from './support.js';

const MB = 1_048_576;
const SIZE = 64 * MB;
const BOUND = 50 * MB;

describe('mock --record, in a process of its own', function () {
  this.timeout(60_000);
  let api: Deployment;
  let mock: ChildProcess;
  let url: string;
  const received: number[] = [];
  const chunk = Buffer.alloc(65_536, 'x');
  const chunks = function* (bytes: number): Generator<Buffer> {
    for (let left = bytes; left > 0; left -= chunk.length) yield chunk.subarray(0, left);
  };

  before(async () => {
    api = await deployment((req, res) => {
      let length = 0;
      req.on('data', (part: Buffer) => (length += part.length));
      req.on('end', () => {
        received.push(length);
        Readable.from(chunks(length), { objectMode: false }).pipe(res);
      });
    });
    mock = spawn(
      process.execPath,
      ['--import=tsx', 'cli/main.ts', 'mock', '--port', '0', '--json', '--record', api.url, '--record-to', newFile()],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [first] = (await once(createInterface({ input: mock.stdout as Readable }), 'line')) as [string];
    ({ url } = JSON.parse(first) as { url: string });
  });
  after(async () => {
    if (mock.exitCode === null && mock.kill('SIGINT')) await once(mock, 'exit');
    await api.close();
  });

  /** Uploads so many bytes, and downloads them again. */
  const echo = async (path: string, bytes: number): Promise<void> => {
    const answer = await request(`${url}${path}`, { method: 'POST', body: Readable.from(chunks(bytes), { objectMode: false }) });
    let length = 0;
    for await (const part of answer.body) length += (part as Buffer).length;
    expect([received.pop(), length]).to.deep.equal([bytes, bytes]);
  };

  // Linux says of every process what it has in memory; elsewhere there is nothing to measure by.
  (existsSync('/proc/self/status') ? it : it.skip)('passes 64 MB on in both directions without holding them (needs /proc)', async () => {
    const paths = ['/uploads/one', '/v1/organizations/any/works/prepare'];
    for (const path of paths) await echo(path, 16 * MB);
    const before = resident(mock, 'VmRSS');
    for (const path of paths) await echo(path, SIZE);
    expect((resident(mock, 'VmHWM') - before) / MB).to.be.below(BOUND / MB);
  });
});

/** Memory of a process in bytes: in use now (`VmRSS`), or at its most (`VmHWM`). */
function resident({ pid }: ChildProcess, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}
