import jwt from 'jsonwebtoken';
import type { Ats, Seen } from './harness.js';
import { downloadPath, listPath, send, type Request } from './requests.js';

type Reach = (ats: Ats, request: Request) => Promise<Seen>;

const STRANGER = 'somebody-else';

const withToken =
  (token: (ats: Ats, session: string) => string | Promise<string>): Reach =>
  async (ats, request) =>
    send(ats, { ...request, token: await token(ats, request.token ?? '') });

const withQuery =
  (query: string): Reach =>
  (ats, request) =>
    send(ats, { ...request, path: listPath(ats, query) });

const withFile =
  (file: string): Reach =>
  (ats, request) =>
    send(ats, { ...request, path: downloadPath(ats, undefined, file) });

const claimsOf = (session: string): object => jwt.decode(session) as object;

/** The same user asks for another work. */
export const sessionCause = (ats: Ats, request: Request, work: string): Promise<Seen> =>
  send(ats, { ...request, path: downloadPath(ats, work, '1/download/audio') });

/** How the causes of what partner sessions are for are brought about. */
export const PARTNER_CAUSES = {
  'common.unauthorized': {
    "an administrator's session": withToken(({ world }) => world.admin),
    malformed: withToken(() => 'session-of-artist-2207'),
    unsigned: withToken((_, session) => jwt.sign(claimsOf(session), '', { algorithm: 'none' })),
    'bad signature': withToken((_, session) => jwt.sign(claimsOf(session), 'a secret of somebody else')),
    expired: async (ats, request) => {
      await ats.clock.advance(3_600_000);
      return send(ats, request);
    },
  },
  'common.forbidden': {
    'another organization': withToken(otherSession),
    'another external user': withToken((ats) => ats.session(STRANGER)),
  },
  'common.validation_failed': {
    'network absent': withQuery('first=20'),
    'unknown network': withQuery('network=dogenet'),
    'first out of range': withQuery('network=testnet&first=0'),
    'first no number': withQuery('network=testnet&first=many'),
    'unknown cursor': withQuery('network=testnet&after=AAAAAQ'),
    'cursor of another list': async (ats, request) => {
      const { page_info } = (await send(ats, request)).body as { page_info: { end_cursor: string } };
      return send(ats, { ...request, path: listPath(ats, `network=mainnet&after=${page_info.end_cursor}`) });
    },
  },
  'common.not_found': { 'unknown version': withFile('3/download/audio'), 'unknown file': withFile('2/download/stems') },
  'work.access_forbidden': {
    'another external user': async (ats, request) => {
      const path = request.path.replace(ats.world.externalUser.ref, STRANGER);
      return send(ats, { ...request, path, token: await ats.session(STRANGER) });
    },
    'no external user': (ats, request) => sessionCause(ats, request, ats.world.workIds.active),
  },
} satisfies Readonly<Record<string, Readonly<Record<string, Reach>>>>;

async function otherSession(ats: Ats): Promise<string> {
  const { tokens, organizations, externalUser } = ats.world;
  return ats.session(externalUser.ref, { token: tokens.otherOrg, organization: organizations.other });
}
