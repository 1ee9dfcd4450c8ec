import { once } from 'node:events';
import { join } from 'node:path';
import type { LoadOrder, LoadReport, UploadOrder, UploadReport } from '../load-types.js';
import { PROCESSES } from '../servers/paths.js';
import type { Pins } from './pin.js';
import { start } from './spawn.js';

/** A process of the bench that does what it is told, one order after the other. */
interface Worker<Order, Report> {
  readonly pid: number;
  run(order: Order): Promise<Report>;
  stop(): Promise<void>;
}

/** Makes load. */
export type Load = Worker<LoadOrder, LoadReport>;

/** Uploads. */
export type Uploader = Worker<UploadOrder, UploadReport>;

function worker<Order extends object, Report extends object>(pins: Pins | undefined, name: string): Worker<Order, Report> {
  const started = start(pins?.load, [process.execPath, [join(PROCESSES, `${name}.js`)]], { ipc: true });
  return {
    pid: started.pid,
    async run(order) {
      started.child.send(order);
      const [report] = (await once(started.child, 'message')) as [Report | { readonly failed: string }];
      if ('failed' in report) throw new Error(`the load could not be made: ${report.failed}`);
      return report;
    },
    stop: started.stop,
  };
}

/** Starts the process that makes the load, on a core of its own where there is one. */
export const startLoad = (pins: Pins | undefined): Load => worker(pins, 'load');

/** Starts the process that uploads, on the core of the load. */
export const startUploader = (pins: Pins | undefined): Uploader => worker(pins, 'upload');
