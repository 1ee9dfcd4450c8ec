import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNode, type Took } from '../measure/command.js';
import { startRecorder } from '../measure/recorder.js';
import { launch } from '../measure/spawn.js';
import { spreadOf } from '../measure/stats.js';
import { bare } from '../servers/bare.js';
import { failpath } from '../servers/failpath.js';
import { PROCESSES, ROOT } from '../servers/paths.js';
import type { Running } from '../servers/types.js';
import type { Context, Row, Section } from './types.js';
import { spread } from './versus.js';

const CLI = join(ROOT, 'dist/cli/main.js');
const CPU_BOUND = 2.5;
const WALL_BOUND = 1.5;

interface Round {
  readonly verify: Took;
  /** The same requests to a mock like it, and the same answers. */
  readonly replay: Took;
  /** The same requests to a bare server. */
  readonly bare: Took;
}

type Figure = 'cpuMs' | 'wallMs' | 'runCpuMs' | 'runWallMs';

async function verify(cores: string | undefined, url: string, concurrency: number): Promise<Took> {
  const took = await runNode(cores, CLI, 'verify', '--url', url, '--concurrency', String(concurrency));
  if (took.exitCode !== 0) throw new Error(`failpath verify ended with ${took.exitCode}:\n${took.output.slice(-2000)}`);
  return took;
}

/** Sends recorded requests again; a mock has to answer them as it did, while the bare server knows one answer for each path. */
async function replay(cores: string | undefined, url: string, file: string, concurrency: number, mode?: 'all' | 'sessions'): Promise<Took> {
  const took = await runNode(cores, join(PROCESSES, 'replay.js'), url, file, String(concurrency), ...(mode === undefined ? [] : [mode]));
  if (took.exitCode !== 0 || (mode !== undefined && took.output.trim() !== '0'))
    throw new Error(`the replay was answered otherwise than the run: ${took.output.slice(-2000)}`);
  return took;
}

/** What a run sends, written to a file; the bare server learns what it is answered. */
async function recordRun(mock: Running, plain: Running, concurrency: number, file: string): Promise<number> {
  const recorder = await startRecorder(mock.port);
  try {
    await verify(undefined, recorder.url, concurrency);
    writeFileSync(file, JSON.stringify(recorder.requests));
    await plain.tell({ answers: recorder.answers, inTurn: false });
    return recorder.requests.length;
  } finally {
    await recorder.close();
  }
}

function rowOf(concurrency: number, requests: number, rounds: readonly Round[]): Row {
  const ratio = (figure: Figure, to: Exclude<keyof Round, 'verify'>): ReturnType<typeof spreadOf> =>
    spreadOf(rounds.map((round) => round.verify[figure] / round[to][figure]));
  const median = (side: keyof Round, figure: Figure): string => spreadOf(rounds.map((round) => round[side][figure])).median.toFixed(0);
  const [cpu, wall] = [ratio('runCpuMs', 'replay'), ratio('runWallMs', 'replay')];
  const all = (figure: Figure): string => SIDES.map((side) => median(side, figure)).join(' : ');
  return {
    cells: [
      String(concurrency),
      String(requests),
      spread(cpu),
      spread(wall),
      spread(ratio('runCpuMs', 'bare')),
      spread(ratio('runWallMs', 'bare')),
      ...[all('runCpuMs'), all('runWallMs'), all('cpuMs'), all('wallMs')],
    ],
    bound: `CPU ${CPU_BOUND}, wall ${WALL_BOUND}`,
    within: cpu.median <= CPU_BOUND && wall.median <= WALL_BOUND,
    data: rounds,
  };
}

const SIDES: readonly (keyof Round)[] = ['verify', 'replay', 'bare'];

async function atConcurrency(context: Context, concurrency: number, folder: string): Promise<Row> {
  // What they make up is the same in both, so that what was recorded from one can be sent to the other.
  const mock = await launch(failpath('--seed', '1'), context.pins);
  const twin = await launch(failpath('--seed', '1'), context.pins);
  const plain = await launch(bare, context.pins);
  const file = join(folder, `${concurrency}.json`);
  const cores = context.pins?.load;
  try {
    const requests = await recordRun(mock, plain, concurrency, file);
    // By then it has seen what the other one has.
    await replay(cores, twin.url, file, concurrency, 'all');
    const rounds: Round[] = [];
    for (let round = 0; round < context.effort.rounds; round += 1) {
      context.progress(`runner: ${concurrency} at once, round ${round + 1}`);
      rounds.push({
        verify: await verify(cores, mock.url, concurrency),
        replay: await replay(cores, twin.url, file, concurrency, 'sessions'),
        bare: await replay(cores, plain.url, file, concurrency),
      });
    }
    return rowOf(concurrency, requests, rounds);
  } finally {
    await mock.stop();
    await twin.stop();
    await plain.stop();
  }
}

export const runner: Section = {
  id: 'runner',
  title: 'The runner',
  about:
    'A whole run of `failpath verify` against the mock in another process, and the very requests of such a run sent again with undici and nothing ' +
    'else, at the same concurrency: to a mock with the same seed, session by session, where each has to be answered as it was, and to a bare server, ' +
    'which takes no time, and has one answer for each path. Bounds are for what comes after the first connection, planning and reports included, ' +
    'beside the replay to the mock; the rest is start-up.',
  async run(context) {
    const folder = mkdtempSync(join(tmpdir(), 'failpath-bench-'));
    try {
      const rows: Row[] = [];
      for (const concurrency of context.quick ? [8] : [1, 2, 4, 8, 16, 32, 64])
        rows.push(await atConcurrency(context, concurrency, folder));
      const columns = [
        'at once',
        'requests',
        'CPU ratio',
        'wall ratio',
        'CPU, to the bare',
        'wall, to the bare',
        'CPU, ms, verify : replay : bare',
        'wall, ms, verify : replay : bare',
        'CPU with start, ms',
        'wall with start, ms',
      ];
      return { columns, rows, notes: [] };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
