import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { request } from 'undici';
import type { AtsWorld } from '../../mocks/index.js';
import { atsContract, repository } from './support.js';

const MB = 1024 * 1024;
const WARM_UP_BYTES = 16 * MB;
/** `FAILPATH_LONG=1` uploads what the acceptance of the sandbox asks for; the short form proves the same of less. */
const LONG = process.env['FAILPATH_LONG'] === '1';
const UPLOAD_BYTES = LONG ? 600 * 1_000_000 : 64 * MB;
const BOUND_BYTES = 50 * MB;

interface Prepared {
  readonly status: number;
  readonly body: {
    readonly commitment?: string;
    readonly error?: { readonly code: string; readonly details: Readonly<Record<string, number>> };
  };
}

describe(`the sandbox, in a process of its own, uploading ${UPLOAD_BYTES} bytes to it`, function () {
  this.timeout(LONG ? 300_000 : 60_000);
  let mock: ChildProcess;
  let url: string;
  let world: AtsWorld;

  before(async () => {
    mock = spawn(process.execPath, ['--import=tsx', 'cli/main.ts', 'mock', '--port', '0', '--json'], {
      cwd: repository,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: mock.stdout as Readable });
    const [first] = (await once(lines, 'line')) as [string];
    ({ url, world } = JSON.parse(first) as { url: string; world: AtsWorld });
  });
  after(async () => {
    if (mock.exitCode === null && mock.kill('SIGINT')) await once(mock, 'exit');
  });

  const METADATA = {
    network: 'testnet',
    title: 'A long recording',
    filename: 'long.wav',
    creators: [
      { full_name: 'Ada Brandt', email: 'ada@example.org', roles: { author: true, composer: false, arranger: false, adapter: false } },
    ],
  };

  const post = async (step: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }> => {
    const answer = await request(`${url}/v1/organizations/${world.organizations.active}/works/${step}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.tokens.active}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> };
  };

  /** Uploads so many bytes to a new job; the job, and the hash of what was sent. */
  const upload = async (bytes: number): Promise<{ jobId: unknown; sha256: string }> => {
    const { body } = await post('init', METADATA);
    const hash = createHash('sha256');
    const chunk = randomBytes(64 * 1024);
    const chunks = function* (): Generator<Buffer> {
      for (let left = bytes; left > 0; left -= chunk.length) {
        const part = chunk.subarray(0, left);
        hash.update(part);
        yield part;
      }
    };
    const answer = await request(String(body['upload_url']), {
      method: 'PUT',
      headers: { 'content-length': String(bytes) },
      body: Readable.from(chunks(), { objectMode: false }),
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    await answer.body.dump();
    expect(answer.statusCode).to.equal(200);
    return { jobId: body['job_id'], sha256: hash.digest('hex') };
  };

  // Linux says of every process what it has in memory; elsewhere there is nothing to measure by.
  (existsSync('/proc/self/status') ? it : it.skip)(
    'leaves its memory within 50 MB of where it was, and knows every byte (needs /proc)',
    async () => {
      await upload(WARM_UP_BYTES);
      const before = residentBytes(mock);
      const { jobId, sha256 } = await upload(UPLOAD_BYTES);
      const after = residentBytes(mock);
      const prepared = (await post('prepare', { job_id: jobId })) as Prepared;

      expect(after.now - before.now, 'after it').to.be.lessThan(BOUND_BYTES);
      expect(after.peak - before.now, 'at any time').to.be.lessThan(BOUND_BYTES);

      const { value: limit = 0 } = (await atsContract()).limits['audio_max_bytes'] ?? {};
      if (UPLOAD_BYTES > limit) {
        expect(prepared.status).to.equal(413);
        expect(prepared.body.error).to.deep.include({
          code: 'registration.audio_too_large',
          details: { size_bytes: UPLOAD_BYTES, max_bytes: limit },
        });
      } else {
        expect(prepared.status).to.equal(200);
        const metadata = createHash('sha256').update(sorted(METADATA)).digest('hex');
        const commitment = createHash('sha256')
          .update(Buffer.from(sha256 + metadata, 'hex'))
          .digest('hex');
        expect(prepared.body.commitment).to.equal(`0x${commitment}`);
      }
    },
  );
});

/** JSON with its members in order (RFC 8785), written here once more so that the sandbox's own is not taken at its word. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

/** Memory of a process that is in use now, and at its most. */
function residentBytes({ pid }: ChildProcess): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]);
  return { now: kilobytes('VmRSS') * 1024, peak: kilobytes('VmHWM') * 1024 };
}
