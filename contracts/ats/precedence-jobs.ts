import type { FailurePath } from '../path.js';
import type { Fault, Precedence } from '../probes/types.js';
import { stranger } from './jobs.js';
import { BODY, fault, NOT_DECLARED_JSON, pairs, reading, WRONG_TYPE, type Pair } from './order.js';
import { open, prepareRequest, VERSION, VERSION_UPLOAD, WORK, type JobKind } from './work.js';

/** Which of two faults of a job is refused: of its work, of the job itself, its audio and its price. */

const WORK_ORDER = reading(
  "after the body: the work exists, the work's organization, the job exists, the job's organization, the job's path, then the audio or the price",
);
const JOB_ORDER = reading(
  "after the body: the job exists, the job's organization, the job's path; then the audio (empty, too large), the commitment, the dry run, or the quota and the credits",
);

const NO_WORK = fault('work.not_found', 'unknown');
const NOT_THEIR_WORK = fault('work.access_forbidden', 'another organization');

/** The job that was begun by the organization under test, asked for by another one under its own path. */
const byStranger =
  (kind: JobKind): NonNullable<FailurePath['when']> =>
  async (request, steps) => {
    const { as, params } = await stranger(steps, kind);
    return { ...request, ...(as === undefined ? {} : { as }), params: { ...request.params, ...params } };
  };

/** A step of a job, with the faults that the job itself can have there. */
interface Stage {
  readonly kind: JobKind;
  readonly operation: string;
  readonly gone: string;
  readonly usedUp: string;
  readonly forbidden: string;
}

const stages = (kind: JobKind): readonly [prepare: Stage, confirm: Stage] => [
  {
    kind,
    operation: kind.prepare,
    gone: 'registration.upload_session_not_found',
    usedUp: 'consumed',
    forbidden: 'registration.upload_session_forbidden',
  },
  {
    kind,
    operation: kind.confirm,
    gone: 'registration.prepared_not_found',
    usedUp: 'confirmed already',
    forbidden: 'registration.prepared_forbidden',
  },
];

const stagePairs = ({ kind, gone, usedUp, forbidden }: Stage): Pair[] => {
  const [unknown, used, expired] = ['never existed', usedUp, 'expired'].map((cause) => fault(gone, cause)) as [Fault, Fault, Fault];
  const [elsewhere, foreign] = [fault(gone, 'of another path'), fault(forbidden, 'another organization')];
  const when = byStranger(kind);
  const job: Pair[] = [
    [used, foreign, { given: 'first', when }],
    [expired, foreign, { given: 'first', when }],
    // A version's job belongs to its work, and a stranger comes under another one: that is another path as well.
    [foreign, elsewhere, kind === WORK ? { given: 'over', when } : { implied: true }],
  ];
  if (kind === WORK)
    return [
      [NOT_DECLARED_JSON, unknown],
      // What has the wrong type is the id of no job either.
      [WRONG_TYPE, unknown, { implied: true }],
      ...job,
    ];
  return [
    [WRONG_TYPE, NO_WORK],
    // A work that nobody knows is nobody's.
    [NO_WORK, unknown],
    [NOT_THEIR_WORK, unknown],
    ...job,
  ];
};

const COMMITMENT = fault('registration.commitment_invalid', 'own commitment refused');
const EMPTY = fault('registration.audio_empty', 'zero bytes');
const NOTHING_UPLOADED = fault('registration.audio_empty', 'nothing uploaded');
const TOO_LARGE = fault('registration.audio_too_large', 'over the maximum');

/** Audio that is empty is not too large. */
const preparePairs = (kind: JobKind, elsewhere: JobKind): Pair[] => [
  [
    fault('registration.upload_session_not_found', 'of another path'),
    NOTHING_UPLOADED,
    { given: async (steps) => prepareRequest(steps, await open(steps, elsewhere), {}, kind) },
  ],
  [EMPTY, COMMITMENT],
  [TOO_LARGE, COMMITMENT],
  [COMMITMENT, fault('registration.dry_run_failed', 'refused by the chain')],
];

const QUOTA = fault('common.quota_exceeded', 'quota reached');

const confirmPairs: readonly Pair[] = [
  [fault('registration.prepared_not_found', 'of another path'), QUOTA],
  [QUOTA, fault('common.forbidden', 'too few credits')],
];

export const jobPairs: readonly Precedence[] = [WORK, VERSION].flatMap((kind) => {
  const [prepare, confirm] = stages(kind);
  const order = kind === WORK ? JOB_ORDER : WORK_ORDER;
  return [
    ...[prepare, confirm].flatMap((stage) => [
      ...pairs(stage.operation, BODY, [[NOT_DECLARED_JSON, WRONG_TYPE]]),
      ...pairs(stage.operation, order, stagePairs(stage)),
    ]),
    ...pairs(prepare.operation, order, preparePairs(kind, kind === WORK ? VERSION_UPLOAD : WORK)),
    ...pairs(confirm.operation, order, confirmPairs),
  ];
});
