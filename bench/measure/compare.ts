import type { Flow } from '../load-types.js';
import type { Running } from '../servers/types.js';
import { mustBeExpected } from './expected.js';
import type { Load } from './load.js';
import { cpuMicros, residentBytes } from './proc.js';
import { spreadOf, type Spread } from './stats.js';

/** One server under one load, once. CPU in microseconds per request, times in milliseconds. */
interface Reading {
  readonly cpu: number;
  readonly rps: number;
  readonly p50: number;
  readonly p99: number;
}

export const FIGURES = ['cpu', 'rps', 'p50', 'p99'] as const;
export type Figure = (typeof FIGURES)[number];

/** A server, and what it is asked. */
export interface Subject {
  readonly running: Running;
  /** Called before each round, since what is asked may have an end. */
  readonly flows: () => Promise<readonly Flow[]> | readonly Flow[];
}

/** What a server did in all rounds. */
export interface Measured {
  readonly name: string;
  readonly absolute: Readonly<Record<Figure, Spread>>;
  /** To the first subject, in the same round. */
  readonly ratio: Readonly<Record<Figure, Spread>>;
  readonly residentMb: number;
  readonly startMs: number;
}

export interface Effort {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  /** Before anything counts; compilers warm up, and caches fill. Half a turn unless told. */
  readonly warmSeconds?: number | undefined;
  /** Whether a server that they need runs on the core of the load. */
  readonly yields?: boolean | undefined;
  /** Told what the first subject did, which is the same in every round: how far its rounds lie apart is what else the machine did. */
  readonly first?: ((measured: Measured) => void) | undefined;
}

async function read(load: Load, { running, flows }: Subject, seconds: number, { connections, yields }: Effort): Promise<Reading> {
  const order = { port: running.port, flows: await flows(), connections, seconds, yields };
  const before = cpuMicros(running.pid);
  const report = await load.run(order);
  const cpu = cpuMicros(running.pid) - before;
  mustBeExpected(running.name, report);
  return {
    cpu: cpu / report.requests,
    rps: report.requests / report.seconds,
    p50: report.p50,
    p99: report.p99,
  };
}

/** Lets all subjects take turns, in another order each round; the first is what the others are compared with. */
export async function compare(load: Load, subjects: readonly Subject[], effort: Effort): Promise<readonly Measured[]> {
  const { rounds, seconds } = effort;
  const warm = effort.warmSeconds ?? Math.max(1, seconds / 2);
  for (const subject of subjects) await read(load, subject, warm, effort);
  const readings = subjects.map((): Reading[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < subjects.length; turn += 1) {
      const at = (turn + round) % subjects.length;
      const subject = subjects[at];
      if (subject !== undefined) readings[at]?.push(await read(load, subject, seconds, effort));
    }
  }
  const measured = subjects.map(({ running }, at): Measured => {
    const own = readings[at] ?? [];
    const each = (value: (reading: Reading, round: number) => (figure: Figure) => number): Readonly<Record<Figure, Spread>> => {
      const spread = (figure: Figure): Spread => spreadOf(own.map((reading, round) => value(reading, round)(figure)));
      return { cpu: spread('cpu'), rps: spread('rps'), p50: spread('p50'), p99: spread('p99') };
    };
    return {
      name: running.name,
      absolute: each((reading) => (figure) => reading[figure]),
      ratio: each((reading, round) => (figure) => reading[figure] / (readings[0]?.[round]?.[figure] ?? Number.NaN)),
      residentMb: residentBytes(running.pid) / 2 ** 20,
      startMs: running.startMs,
    };
  });
  if (measured[0] !== undefined) effort.first?.(measured[0]);
  return measured;
}
