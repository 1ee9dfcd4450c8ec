import { z } from 'zod';
import { closest } from '../../spec/index.js';

export type ProfileName =
  | 'gateway-html-502'
  | 'missing-request-id'
  | 'unknown-code'
  | 'details-wrong-type'
  | 'wrong-content-type'
  | 'truncated-json'
  | 'status-code-disagree'
  | 'message-changed';

/** The off-contract profiles, each with what it answers. */
export const PROFILES: Readonly<Record<ProfileName, string>> = {
  'gateway-html-502': 'A gateway in front of the API answers 502 with a page of HTML; the envelope and its headers are missing.',
  'missing-request-id': 'The envelope has no request id; all else is right.',
  'unknown-code': 'The envelope carries a code of the same family that the contract does not declare.',
  'details-wrong-type': 'The details are of another type than the contract says: mostly their JSON as a text.',
  'wrong-content-type': 'The envelope is right, but Content-Type says that it is plain text.',
  'truncated-json': 'The JSON ends in the middle, while Content-Length agrees with what is there: no client sees a broken transfer.',
  'status-code-disagree':
    "The envelope is right, under a status that does not belong to its code; one of the operation's others if it can be.",
  'message-changed': 'The message is worded differently. This breaks no contract: a client that minds has read what is meant for people.',
};

const NAMES = Object.keys(PROFILES) as [ProfileName, ...ProfileName[]];

/**
 * Reads the name of a profile; for scripts, the control API and their JSON Schema.
 *
 * @example
 * profileSchema.parse('truncated-json');
 * profileSchema.safeParse('truncated').error; // there is no profile "truncated"; there are ...
 */
export const profileSchema: z.ZodType<ProfileName> = z.enum(NAMES, { error: ({ input }) => unknownProfile(input) });

function unknownProfile(input: unknown): string {
  if (typeof input !== 'string') return `a profile is one of ${NAMES.join(', ')}`;
  const name = input.slice(0, 60);
  const meant = closest(name.toLowerCase().replaceAll(/[\s_]+/g, '-'), NAMES);
  return `there is no profile ${JSON.stringify(name)}${meant === undefined ? '' : ` (did you mean ${meant}?)`}; there are ${NAMES.join(', ')}`;
}
