import { atsSuite, createTransport, discoverWorld, fuzz } from '../../../contracts/index.js';
import { contract } from '../../support/judge.js';
import { BUGS } from './bugs.js';
import { withBug } from './habitat.js';
const only = process.argv[2];
for (const bug of [{ name: 'none', operation: 'initWork' } as never as (typeof BUGS)[number], ...BUGS]) {
  if (only && !bug.name.includes(only)) continue;
  const t = performance.now();
  await withBug(bug, async (url) => {
    const transport = createTransport({ timeoutMs: 10_000, connections: 4 });
    const deployment = await discoverWorld(url, transport);
    if (!deployment) throw new Error('no world');
    for await (const e of fuzz({
      contract,
      suite: atsSuite,
      deployment,
      seed: 7,
      requests: Number(process.argv[3] ?? 1000),
      concurrency: 4,
      timeoutMs: 500,
      selected: (o) => o.id === bug.operation,
    })) {
      if (e.type === 'note') console.log('  note', e.says);
      if (e.type === 'finished') {
        console.log('##', bug.name, e.sent, e.answered, Math.round(performance.now() - t), 'ms', e.findings.length);
        for (const f of e.findings)
          console.log(
            '    ',
            f.cause,
            f.times,
            f.replay,
            '|',
            f.says.slice(0, 200),
            '\n       ',
            f.curl.replaceAll('\n', '⏎').slice(0, 400),
          );
      }
    }
    await transport.close();
  });
}
