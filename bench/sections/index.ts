import { flat } from './flat.js';
import { memory } from './memory.js';
import { mock } from './mock.js';
import { observe } from './observe.js';
import { overload } from './overload.js';
import { peers } from './peers.js';
import { redis } from './redis.js';
import { runner } from './runner.js';
import { sessions } from './sessions.js';
import { soak } from './soak.js';
import { startUp } from './start.js';
import { uploads } from './uploads.js';
import type { Section } from './types.js';

/** In the order of the page. */
export const SECTIONS: readonly Section[] = [mock, redis, flat, memory, sessions, startUp, uploads, overload, runner, observe, peers, soak];
export type { Context, Section } from './types.js';
