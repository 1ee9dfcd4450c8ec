import { fileURLToPath } from 'node:url';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** The project's folder. */
export const ROOT = path('../..');

/** The bench's folder. */
export const BENCH = path('..');

/** Where the processes of the bench are put once they are JavaScript. */
export const PROCESSES = path('../dist');
