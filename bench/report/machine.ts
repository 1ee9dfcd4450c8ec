import { cpus, platform, release, totalmem } from 'node:os';
import type { Pins } from '../measure/pin.js';

/** The machine in words that name nobody. */
export function machineInWords(pins: Pins | undefined): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  const kept =
    pins === undefined
      ? 'server and load share the cores (they could not be pinned apart)'
      : `servers on core ${pins.server}, the load on core ${pins.load}`;
  return `${cpus().length} cores, ${memory} GB of memory, ${platform()} ${release().split('.').slice(0, 2).join('.')}, Node ${process.version}; ${kept}`;
}
