import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Which cores servers and load may use; `undefined` where they cannot be kept apart. */
export interface Pins {
  readonly server: string;
  readonly load: string;
}

function coresAllowed(): readonly number[] {
  const list = /Cpus_allowed_list:\s+(\S+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, n) => from + n);
  });
}

/** The load gets the last core, servers all others, if there is `taskset` and more than one core. */
export function choosePins(): Pins | undefined {
  const cores = coresAllowed();
  const last = cores.at(-1);
  if (last === undefined || cores.length < 2) return undefined;
  const pins = { server: cores.slice(0, -1).join(','), load: String(last) };
  return spawnSync('taskset', ['-c', pins.load, 'true']).status === 0 ? pins : undefined;
}

/** A command that keeps to these cores. */
export function pinned(cores: string | undefined, command: string, args: readonly string[]): readonly [string, readonly string[]] {
  return cores === undefined ? [command, args] : ['taskset', ['-c', cores, command, ...args]];
}
