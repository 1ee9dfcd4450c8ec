import { z } from 'zod';
import { MISBEHAVIOURS } from '../verification/index.js';

/** A verdict on a client, for the document of the control API. */
export const verdict = z
  .object({
    misbehaviour: z.enum(Object.keys(MISBEHAVIOURS)),
    certain: z.boolean().describe('Whether the requests are attempts at the same thing beyond doubt.'),
    operation: z.string(),
    status: z.int().optional(),
    code: z.string().optional(),
    says: z.string(),
    remedy: z.string(),
    evidence: z.array(z.object({ id: z.int(), says: z.string() })),
  })
  .meta({ id: 'Verdict', description: 'Something that a client did and the contract forbids.' });
