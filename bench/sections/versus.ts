import { compare, type Measured } from '../measure/compare.js';
import { launch } from '../measure/spawn.js';
import { record } from '../measure/record.js';
import type { Spread } from '../measure/stats.js';
import { bare } from '../servers/bare.js';
import type { Running } from '../servers/types.js';
import type { Place, Work } from '../works/types.js';
import type { Flow } from '../load-types.js';
import type { Context, Row } from './types.js';

/** Holds a server against a bare one that answers the very same, over one work. */
export async function versusBare(context: Context, running: Running, work: Work, places: readonly Place[]): Promise<readonly Measured[]> {
  for (const place of places) await work.arrange?.(place);
  const flows = async (): Promise<readonly Flow[]> => Promise.all(places.map(async (place) => work.flow(place)));
  const asked = await flows();
  const recorded = await Promise.all(asked.map((flow) => record(running.url, flow)));
  const plain = await launch(bare, context.pins);
  try {
    await plain.tell({ answers: recorded.flat(), inTurn: false });
    const subjects = [
      { running: plain, flows: () => asked },
      { running, flows },
    ];
    return await compare(context.load, subjects, context.effort);
  } finally {
    await plain.stop();
  }
}

/** A spread as `1.32 (1.29-1.40)`. */
export const spread = ({ median, min, max }: Spread, digits = 2): string =>
  `${median.toFixed(digits)} (${min.toFixed(digits)}-${max.toFixed(digits)})`;

export const COLUMNS = [
  'CPU ratio',
  'CPU, µs',
  'requests/s, ratio',
  'requests/s',
  'p50 ratio',
  'p99 ratio',
  'p99, ms',
  'resident, MB',
  'start, ms',
  'bare: CPU, µs',
] as const;

/** The cells of `COLUMNS`. */
export function cellsOf(measured: Measured, plain: Measured): readonly string[] {
  return [
    spread(measured.ratio.cpu),
    measured.absolute.cpu.median.toFixed(1),
    spread(measured.ratio.rps),
    measured.absolute.rps.median.toFixed(0),
    spread(measured.ratio.p50),
    spread(measured.ratio.p99),
    measured.absolute.p99.median.toFixed(2),
    `${measured.residentMb.toFixed(0)} (bare ${plain.residentMb.toFixed(0)})`,
    `${measured.startMs.toFixed(0)} (bare ${plain.startMs.toFixed(0)})`,
    plain.absolute.cpu.median.toFixed(1),
  ];
}

/** A row with a bound on the ratio of CPU. */
export function rowOf(title: string, bound: number | undefined, [plain, measured]: readonly Measured[]): Row {
  if (plain === undefined || measured === undefined) throw new Error(`${title}: nothing was measured`);
  return {
    cells: [title, ...cellsOf(measured, plain)],
    bound: bound === undefined ? undefined : `CPU ${Number(bound.toFixed(2))}`,
    within: bound === undefined ? undefined : measured.ratio.cpu.median <= bound,
    data: { bound, plain, measured },
  };
}
