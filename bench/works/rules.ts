import { ask } from './http.js';
import { UNKNOWN_JOB, worksStep } from './steps.js';
import type { Work } from './types.js';

/** Fits into one request to the control API. */
const AT_ONCE = 1000;

/** A failure that one of many rules of an operation answers: the one that is asked last. */
export function rules(count: number, by: 'header' | 'body' = 'header', bound = 1.7): Work {
  const when = (n: number): unknown =>
    by === 'header' ? { headers: { 'x-case': `case-${n}` } } : { body: { at: { '/job_id': `case-${n}` } } };
  return {
    id: `rules-${by}-${count}`,
    title: `the same with ${count.toLocaleString('en')} rules that ask for a ${by === 'header' ? 'header' : 'member of the body'}, matching the last`,
    bound,
    async arrange({ base }) {
      const all = Array.from({ length: count }, (_, n) => ({ on: 'prepareWork', when: when(n), fails: 'registration.audio_too_large' }));
      for (let at = 0; at < all.length; at += AT_ONCE) await ask('POST', `${base}/__admin/rules`, all.slice(at, at + AT_ONCE));
    },
    // Of equals, the rule that came last is asked first: the first one is the last to be asked.
    flow: (place) => [
      worksStep(
        place,
        'prepare',
        by === 'header' ? UNKNOWN_JOB : 'case-0',
        413,
        by === 'header' ? { headers: { 'x-case': 'case-0' } } : {},
      ),
    ],
  };
}
