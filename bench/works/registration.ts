import { ask } from './http.js';
import { worksStep } from './steps.js';
import type { Place, Work } from './types.js';

/** A whole registration: the upload counts as a request like the others, on both sides. */
export const registration: Work = {
  id: 'registration',
  title: 'sandbox: init, upload, prepare, confirm',
  bound: 3,
  flow: (place) => [
    worksStep(place, 'init', '', 200, {
      take: { job: '"job_id":"([^"]+)"', upload: '"upload_url":"https?://[^/"]+([^"]+)"' },
    }),
    { method: 'PUT', path: '${upload}', headers: { 'content-type': 'audio/wav' }, body: 'not really audio', status: 200 },
    worksStep(place, 'prepare', '${job}', 200),
    worksStep(place, 'confirm', '${job}', 202),
  ],
};

/** The paths of so many new uploads. */
export async function uploadPaths(place: Place, count: number): Promise<readonly string[]> {
  const init = worksStep(place, 'init', '', 200);
  const url = `${new URL(place.base).origin}${init.path}`;
  const open = async (): Promise<string> => {
    const { body } = await ask('POST', url, JSON.parse(init.body ?? ''), init.headers);
    return new URL((body as { readonly upload_url: string }).upload_url).pathname;
  };
  return Promise.all(Array.from({ length: count }, open));
}
