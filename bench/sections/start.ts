import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pinned } from '../measure/pin.js';
import { residentBytes } from '../measure/proc.js';
import { launch } from '../measure/spawn.js';
import { spreadOf } from '../measure/stats.js';
import { failpath } from '../servers/failpath.js';
import { installed } from '../servers/installed.js';
import { loadContract } from '../../spec/index.js';
import { writeContract } from '../works/index.js';
import { notServable } from './servable.js';
import type { Context, Row, Section } from './types.js';
import { spread } from './versus.js';

interface Start {
  readonly wall: number;
  readonly cpu: number;
  readonly residentMb: number;
}

/** A contract, and a path of it that is asked first. */
interface Case {
  readonly name: string;
  readonly args: readonly string[];
  readonly path: string;
  /** In milliseconds, from those of `node -e ''` and of the ATS contract. */
  readonly bound: (node: number, ats: number) => number;
  readonly inWords: string;
  readonly boundMb?: number;
}

async function emptyNode(context: Context): Promise<number> {
  const [command, args] = pinned(context.pins?.server, process.execPath, ['-e', '']);
  const began = performance.now();
  await once(spawn(command, args, { stdio: 'ignore' }), 'exit');
  return performance.now() - began;
}

async function startOf(context: Context, { args, path }: Case): Promise<Start> {
  const running = await launch(failpath(...args), context.pins, path);
  try {
    return { wall: running.startMs, cpu: running.startCpuMs, residentMb: residentBytes(running.pid) / 2 ** 20 };
  } finally {
    await running.stop();
  }
}

const GITHUB = installed('@octokit/openapi', 'generated/api.github.com.json');

function casesOf(folder: string): readonly Case[] {
  const large = join(folder, 'large.yaml');
  writeContract(large, { operations: 600, failures: 18 });
  return [
    {
      name: 'ATS contract',
      args: [],
      path: '/v1/transactions/unknown',
      bound: (node) => 2.5 * node + 150,
      inWords: '2.5 times node, and 150 ms',
    },
    {
      name: 'generated contract: 600 operations, 10,800 failures',
      args: ['--contract', large],
      path: '/things/17/changes/599',
      bound: (_, ats) => ats + 1000,
      inWords: 'ATS and 1 s',
    },
    {
      name: "GitHub's description",
      args: ['--contract', GITHUB],
      path: '/repos/octocat/hello-world/issues',
      bound: () => 3000,
      inWords: '3 s, 400 MB',
      boundMb: 400,
    },
  ];
}

interface Starts {
  readonly node: readonly number[];
  readonly of: readonly (readonly Start[])[];
}

function rowsOf(cases: readonly Case[], { node, of }: Starts): readonly Row[] {
  const median = (values: readonly number[]): number => spreadOf(values).median;
  const [nodeMs, atsMs] = [median(node), median((of[0] ?? []).map(({ wall }) => wall))];
  const first: Row = { cells: ["`node -e ''`, to its end", spread(spreadOf(node), 0), '', '', '1.0'], data: node };
  return [
    first,
    ...cases.map((one, at): Row => {
      const starts = of[at] ?? [];
      const wall = spreadOf(starts.map((start) => start.wall));
      const cpu = spreadOf(starts.map((start) => start.cpu));
      const residentMb = median(starts.map((start) => start.residentMb));
      const most = one.bound(nodeMs, atsMs);
      return {
        cells: [one.name, spread(wall, 0), spread(cpu, 0), residentMb.toFixed(0), (wall.median / nodeMs).toFixed(1)],
        bound: `${one.inWords}: ${most.toFixed(0)} ms`,
        within: wall.median <= most && residentMb <= (one.boundMb ?? Number.POSITIVE_INFINITY),
        data: { starts, most },
      };
    }),
  ];
}

export const startUp: Section = {
  id: 'start',
  title: 'Start to first answer',
  about:
    'Milliseconds from spawning the process until a request to an operation is answered, which is tried anew every 2 ms; resident memory is taken ' +
    'then. In turns with an empty node process. Then each declared response of GitHub is asked for by `Prefer: code=`.',
  async run(context) {
    const folder = mkdtempSync(join(tmpdir(), 'failpath-bench-'));
    try {
      const cases = casesOf(folder);
      const [node, of]: [number[], Start[][]] = [[], cases.map(() => [])];
      for (let round = 0; round < (context.quick ? 2 : Math.max(context.effort.rounds, 5)); round += 1) {
        context.progress(`start: round ${round + 1}`);
        node.push(await emptyNode(context));
        for (const [at, one] of cases.entries()) of[at]?.push(await startOf(context, one));
      }
      context.progress("start: each of GitHub's responses");
      const { asked, missing, residentMb } = await notServable(context, await loadContract(GITHUB), GITHUB);
      const row: Row = {
        cells: [`GitHub's ${asked} declared responses, asked for one by one`, '', '', residentMb.toFixed(0), ''],
        bound: 'each is served',
        within: missing.length === 0,
        data: missing,
      };
      const some = missing.length === 0 ? [] : [`${missing.length} are not served, such as ${missing.slice(0, 5).join('; ')}.`];
      return {
        columns: ['contract', 'ms', 'CPU, ms', 'resident, MB', 'times node'],
        rows: [...rowsOf(cases, { node, of }), row],
        notes: some,
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
