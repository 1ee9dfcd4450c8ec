import { launch } from '../measure/spawn.js';
import { failpath } from '../servers/failpath.js';
import { forced, manySessions, placeOf, refused, registration, rules, type Work } from '../works/index.js';
import { COLUMNS, rowOf, versusBare } from './versus.js';
import type { Context, Row, Section } from './types.js';

/** The table that the mock is held to. */
export const WORKS: readonly Work[] = [forced, rules(1000), refused, registration];

/** How many more sessions there are while some are at work, and how much more a request may cost then. */
const SESSIONS = 10_000;
const FOR_SESSIONS = 0.2;

async function inDefaultWorld(context: Context, work: Work): Promise<Row> {
  const running = await launch(failpath(), context.pins);
  try {
    return rowOf(work.title, work.bound, await versusBare(context, running, work, [await placeOf(running.url)]));
  } finally {
    await running.stop();
  }
}

/** Each connection has a session of its own, as tests have; each work has sessions that no other work had. */
async function amongSessions(context: Context): Promise<readonly Row[]> {
  const count = context.quick ? SESSIONS / 10 : SESSIONS;
  const running = await launch(failpath(), context.pins);
  try {
    context.progress(`mock: ${count} sessions`);
    const places = await manySessions(running.url, count);
    const rows: Row[] = [];
    for (const [at, work] of WORKS.entries()) {
      const own = places.filter((_, n) => n % WORKS.length === at);
      const every = Math.floor(own.length / context.effort.connections);
      const used = own.filter((_, n) => n % every === 0).slice(0, context.effort.connections);
      context.progress(`mock: ${work.id} among sessions`);
      const title = `${work.title}, in sessions among ${count.toLocaleString('en')}`;
      rows.push(rowOf(title, work.bound + FOR_SESSIONS, await versusBare(context, running, work, used)));
    }
    return rows;
  } finally {
    await running.stop();
  }
}

export const mock: Section = {
  id: 'mock',
  title: 'The mock',
  about:
    'What failpath costs per request, journal, metrics and request ids on, against a bare node:http server that reads the body and answers ' +
    'the same bytes. Ratios are of the same round: median, least and greatest. Resident memory is taken after the load.',
  async run(context) {
    const rows: Row[] = [];
    for (const work of WORKS) {
      context.progress(`mock: ${work.id}`);
      rows.push(await inDefaultWorld(context, work));
    }
    rows.push(...(await amongSessions(context)));
    return { columns: ['work', ...COLUMNS], rows, notes: [] };
  },
};
