import { readdirSync, readFileSync } from 'node:fs';

/** Linux tells CPU time to user land in hundredths of a second, whatever its own clock does. */
const MICROS_PER_TICK = 10_000;

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** The numbers of /proc/<pid>/stat from the parent on; the name before them may hold anything. */
const statOf = (pid: number): readonly string[] => {
  const text = textOf(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
};

const [PARENT, USER_TIME, SYSTEM_TIME, USER_OF_ENDED, SYSTEM_OF_ENDED] = [1, 11, 12, 13, 14];

/** A process and all that it has started, directly or not. */
export function familyOf(pid: number): readonly number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), Number(statOf(Number(name))[PARENT])] as const);
  const family = [pid];
  for (const member of family) family.push(...parents.filter(([, parent]) => parent === member).map(([child]) => child));
  return family;
}

/** CPU time that a process has taken so far with all its threads and children, in microseconds. */
export function cpuMicros(pid: number): number {
  const ticks = familyOf(pid).map((one) => {
    const stat = statOf(one);
    return [USER_TIME, SYSTEM_TIME, USER_OF_ENDED, SYSTEM_OF_ENDED].reduce((sum, at) => sum + Number(stat[at] ?? 0), 0);
  });
  return ticks.reduce((sum, one) => sum + one, 0) * MICROS_PER_TICK;
}

/** Resident memory of a process with its children, in bytes. */
export function residentBytes(pid: number): number {
  return familyOf(pid).reduce((sum, one) => sum + Number(/VmRSS:\s+(\d+)/.exec(textOf(`/proc/${one}/status`))?.[1] ?? 0) * 1024, 0);
}
