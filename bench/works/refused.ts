import { ask } from './http.js';
import { UNKNOWN_JOB, worksStep } from './steps.js';
import type { Work } from './types.js';

/** The sandbox refuses for real reasons: nothing was uploaded, and there is no such quote. */
export const refused: Work = {
  id: 'refused',
  title: 'sandbox: prepare refused (422), confirm (404)',
  bound: 2.2,
  async flow(place) {
    const init = worksStep(place, 'init', '', 200);
    const { body } = await ask('POST', `${new URL(place.base).origin}${init.path}`, JSON.parse(init.body ?? ''), init.headers);
    const { job_id: job } = body as { readonly job_id: string };
    return [worksStep(place, 'prepare', job, 422), worksStep(place, 'confirm', UNKNOWN_JOB, 404)];
  },
};
