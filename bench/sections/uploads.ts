import { join } from 'node:path';
import { mustBeExpected } from '../measure/expected.js';
import { startUploader, type Uploader } from '../measure/load.js';
import { cpuMicros, residentBytes } from '../measure/proc.js';
import { launch } from '../measure/spawn.js';
import { spreadOf } from '../measure/stats.js';
import { failpath } from '../servers/failpath.js';
import { PROCESSES } from '../servers/paths.js';
import type { Running, Server } from '../servers/types.js';
import { forced, placeOf, uploadPaths } from '../works/index.js';
import type { Context, Row, Section } from './types.js';
import { spread } from './versus.js';

const LARGE = 500_000_000;
const LEAST_SHARE = 0.8;
const MEMORY_MB = 64;
const SLOW = { uploads: 100, bytes: 4096, everyMs: 250 };
const SLOW_BOUND = 2;

const sha: Server = {
  name: 'bare, SHA-256',
  version: () => process.version,
  configured: 'hashes what arrives',
  command: (port) => ({ command: process.execPath, args: [join(PROCESSES, 'sha.js'), String(port)], ipc: true }),
};

interface Sent {
  readonly mbPerSecond: number;
  readonly cpuSeconds: number;
  /** By how much resident memory grew while it arrived. */
  readonly grownMb: number;
}

async function send(uploader: Uploader, running: Running, path: string, bytes: number): Promise<Sent> {
  const [before, cpu] = [residentBytes(running.pid), cpuMicros(running.pid)];
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, residentBytes(running.pid));
  }, 50);
  const { seconds, statuses } = await uploader.run({ port: running.port, paths: [path], bytes });
  clearInterval(timer);
  if (statuses[0] !== 200) throw new Error(`${running.name} answered an upload with ${statuses[0]}`);
  return {
    mbPerSecond: bytes / 1e6 / seconds,
    cpuSeconds: (cpuMicros(running.pid) - cpu) / 1e6,
    grownMb: (Math.max(most, residentBytes(running.pid)) - before) / 2 ** 20,
  };
}

async function large(context: Context, uploader: Uploader, own: Running, plain: Running): Promise<Row> {
  const bytes = context.quick ? LARGE / 5 : LARGE;
  const place = await placeOf(own.url);
  const rounds: (readonly [Sent, Sent])[] = [];
  // The first one is for the compilers.
  for (let round = 0; round <= context.effort.rounds; round += 1) {
    context.progress(`uploads: ${bytes / 1e6} MB, round ${round}`);
    const [path = ''] = await uploadPaths(place, 1);
    const pair = [await send(uploader, plain, '/upload', bytes), await send(uploader, own, path, bytes)] as const;
    if (round > 0) rounds.push(pair);
  }
  const share = spreadOf(rounds.map(([bare, ours]) => ours.mbPerSecond / bare.mbPerSecond));
  const cpu = spreadOf(rounds.map(([bare, ours]) => ours.cpuSeconds / bare.cpuSeconds));
  const speed = (at: 0 | 1): string => spreadOf(rounds.map((pair) => pair[at].mbPerSecond)).median.toFixed(0);
  const grown = Math.max(...rounds.map(([, ours]) => ours.grownMb));
  return {
    cells: [
      `${bytes / 1e6} MB, one at a time`,
      `speed ${spread(share)}, CPU ${spread(cpu)}`,
      `${speed(1)} MB/s, bare ${speed(0)} MB/s; ${grown.toFixed(0)} MB of memory more`,
    ],
    bound: `at least ${LEAST_SHARE} of the speed, ${MEMORY_MB} MB of memory more`,
    within: share.median >= LEAST_SHARE && grown <= MEMORY_MB,
    data: rounds,
  };
}

async function slow(context: Context, uploader: Uploader, own: Running): Promise<Row> {
  const place = await placeOf(own.url);
  const flows = [await forced.flow(place)];
  const { seconds, connections, rounds } = context.effort;
  const load = async (): Promise<number> => {
    const report = await context.load.run({ port: own.port, flows, connections, seconds });
    mustBeExpected('beside slow uploads', report);
    return report.p99;
  };
  await load();
  const pairs: (readonly [number, number])[] = [];
  for (let round = 0; round < rounds; round += 1) {
    context.progress(`uploads: slow ones, round ${round + 1}`);
    const alone = await load();
    const paths = await uploadPaths(place, SLOW.uploads);
    // So many bytes that the uploads last a little longer than the load beside them.
    const bytes = Math.ceil(((seconds + 1) * 1000) / SLOW.everyMs) * SLOW.bytes;
    const uploads = uploader.run({ port: own.port, paths, bytes, slow: SLOW });
    const beside = await load();
    const { statuses } = await uploads;
    if (statuses.some((status) => status !== 200)) throw new Error(`slow uploads were answered ${statuses.join(', ')}`);
    pairs.push([alone, beside]);
  }
  const ratio = spreadOf(pairs.map(([alone, beside]) => beside / alone));
  return {
    cells: [
      `p99 of others beside ${SLOW.uploads} slow uploads`,
      spread(ratio),
      `${spreadOf(pairs.map(([, beside]) => beside)).median.toFixed(2)} ms, alone ${spreadOf(pairs.map(([alone]) => alone)).median.toFixed(2)} ms`,
    ],
    bound: `${SLOW_BOUND} times`,
    within: ratio.median <= SLOW_BOUND,
    data: pairs,
  };
}

export const uploads: Section = {
  id: 'uploads',
  title: 'Uploads',
  about:
    `A body of ${LARGE / 1e6} MB to an upload URL, in turns with a bare node:http server that hashes with SHA-256; then forced failures alone and beside ` +
    `${SLOW.uploads} uploads that send ${SLOW.bytes} bytes every ${SLOW.everyMs} ms.`,
  async run(context) {
    const uploader = startUploader(context.pins);
    const own = await launch(failpath(), context.pins);
    const plain = await launch(sha, context.pins);
    try {
      const rows = [await large(context, uploader, own, plain), await slow(context, uploader, own)];
      return { columns: ['what', 'ratio', 'figures'], rows, notes: [] };
    } finally {
      for (const one of [own, plain, uploader]) await one.stop();
    }
  },
};
