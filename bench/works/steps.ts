import type { Step } from '../load-types.js';
import type { Place } from './types.js';

/** A job that nobody has opened. */
export const UNKNOWN_JOB = '00000000-0000-4000-8000-0000000000ff';

const WORK = {
  network: 'testnet',
  title: 'Harbour Lights',
  filename: 'harbour.wav',
  creators: [
    {
      full_name: 'Ada Example',
      email: 'ada@example.org',
      roles: { author: true, composer: true, arranger: false, adapter: false },
    },
  ],
};

/** A valid request of one of the operations on works, in the place's world. */
export function worksStep(
  { base, world }: Place,
  operation: 'init' | 'prepare' | 'confirm',
  job: string,
  status: number,
  more: { readonly headers?: Readonly<Record<string, string>>; readonly take?: Readonly<Record<string, string>> } = {},
): Step {
  return {
    method: 'POST',
    path: `${new URL(base).pathname.replace(/\/$/, '')}/v1/organizations/${world.organizations.active}/works/${operation}`,
    headers: { authorization: `Bearer ${world.tokens.active}`, 'content-type': 'application/json', ...more.headers },
    body: JSON.stringify(operation === 'init' ? WORK : { job_id: job }),
    status,
    take: more.take,
  };
}
