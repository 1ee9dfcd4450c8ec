import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import type { Told } from '../load-types.js';

/** Loaded before a process that is measured: writes at its end what it took, in all and from its first request on. */
const file = process.env['FAILPATH_BENCH_TELL'] ?? '';
const CHANNEL = 'undici:client:beforeConnect';

let first: { readonly cpu: NodeJS.CpuUsage; readonly at: number } | undefined;
const onFirst = (): void => {
  first = { cpu: process.cpuUsage(), at: performance.now() };
  unsubscribe(CHANNEL, onFirst);
};
subscribe(CHANNEL, onFirst);

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  const since = process.cpuUsage(first?.cpu);
  const told: Told = {
    cpuMs: (user + system) / 1000,
    wallMs: performance.now(),
    runCpuMs: (since.user + since.system) / 1000,
    runWallMs: performance.now() - (first?.at ?? 0),
  };
  writeFileSync(file, JSON.stringify(told));
});
