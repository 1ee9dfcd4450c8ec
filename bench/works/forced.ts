import { UNKNOWN_JOB, worksStep } from './steps.js';
import type { Work } from './types.js';

export const forced: Work = {
  id: 'forced',
  title: 'forced failure by `Prefer`',
  bound: 1.5,
  flow: (place) => [worksStep(place, 'prepare', UNKNOWN_JOB, 413, { headers: { prefer: 'error=registration.audio_too_large' } })],
};
