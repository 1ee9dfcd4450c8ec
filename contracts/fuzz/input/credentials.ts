import { withHeaders, withQuery, type Draft } from '../draft.js';
import type { Mutation } from './mutation.js';
import { header, reroute, reroutesOf } from './routes.js';

/** Whether a draft carries a credential in the `Authorization` header. */
const bearerOf = ({ as, credential }: Draft): string | undefined =>
  as !== null && credential.some(([name, value]) => name === 'authorization' && value.startsWith('Bearer ')) ? `\${${as}}` : undefined;

/**
 * Credentials that are none, that were never issued, or that stand where none belongs: all are refused, but where HTTP or a server
 * may read them in more than one way.
 *
 * @param secured Whether nobody may call the operation without one.
 */
export function credentialMutations(draft: Draft, secured: boolean): readonly Mutation[] {
  if (!secured) return [];
  return [NO_CREDENTIAL, ...bypasses(draft), ...(bearerOf(draft) === undefined ? [] : tokens(bearerOf(draft) ?? ''))];
}

const common = { place: 'credential', family: 'credential' } as const;
const NONE = 'credential (none)';

function withoutCredential(says: string, more: (draft: Draft) => Draft = (draft) => draft): Mutation {
  return { ...common, cause: NONE, says, expects: 'refused', apply: (draft) => more({ ...draft, credential: [], as: null }) };
}

const NO_CREDENTIAL = withoutCredential('no credential');

/** No credential at all, together with what may lead past the check; each is one of two things, so that it may be only one of them. */
function bypasses(draft: Draft): readonly Mutation[] {
  return [
    ...reroutesOf(draft).map((one): Mutation => ({
      ...withoutCredential(`no credential and ${one.says}`, (from) => ({ ...from, reroute: [...from.reroute, one.change] })),
      place: 'credential and route',
      family: `credential and route (${one.way})`,
      cause: `${NONE} + route (${one.way})`,
      apart: () => [NO_CREDENTIAL, reroute(one)],
    })),
    ...(
      [
        ['x-forwarded-for', '127.0.0.1'],
        ['x-real-ip', '127.0.0.1'],
        ['x-original-url', '/'],
        ['x-http-method-override', 'OPTIONS'],
        ['x-forwarded-user', 'admin'],
        ['host', 'localhost'],
        ['content-type', 'text/plain'],
      ] as const
    ).map(([name, value]): Mutation => ({
      ...withoutCredential(`no credential and ${name} ${value}`, (from) => withHeaders(from, name, value)),
      place: `credential and ${name}`,
      family: 'credential and header',
      cause: `${NONE} + ${name}`,
      apart: () => [NO_CREDENTIAL, header(name, value)],
    })),
  ];
}

/** What a made-up token is accepted for: each is one cause. */
type Mistake = 'case' | 'part' | 'made up' | 'another scheme' | 'elsewhere';

function tokens(token: string): readonly Mutation[] {
  const sent = (says: string, mistake: Mistake | undefined, ...values: readonly string[]): Mutation => ({
    ...common,
    family: `credential (${mistake ?? 'open'})`,
    says,
    expects: mistake === undefined ? 'open' : 'refused',
    ...(mistake === undefined ? {} : { cause: `credential (${mistake})` }),
    apply: (draft) => ({ ...draft, credential: values.map((value) => ['authorization', value] as const) }),
    // Where anything is taken for a credential, and where none is asked for, that is what is wrong.
    ...(mistake === undefined ? {} : { smaller: () => (says === MADE_UP ? [NO_CREDENTIAL] : [NO_CREDENTIAL, madeUp]) }),
  });
  const madeUp = sent(MADE_UP, 'made up', 'Bearer x');
  const changed = (name: string): string => token.replace(/\}$/, `!${name}}`);
  const elsewhere = (says: string, more: (draft: Draft) => Draft): Mutation => ({
    ...common,
    family: 'credential (elsewhere)',
    cause: 'credential (elsewhere)',
    says,
    expects: 'refused',
    apply: (draft) => more({ ...draft, credential: [] }),
    smaller: () => [NO_CREDENTIAL],
  });
  return [
    madeUp,
    sent('a token in upper case', 'case', `Bearer ${changed('upper')}`),
    sent('a token in lower case', 'case', `Bearer ${changed('lower')}`),
    sent('a token with its case swapped', 'case', `Bearer ${changed('swapped')}`),
    sent('a token without its last character', 'part', `Bearer ${changed('cut')}`),
    sent('a token with another last character', 'part', `Bearer ${changed('other')}`),
    sent('a token backwards', 'made up', `Bearer ${changed('reversed')}`),
    sent('a token and a letter', 'part', `Bearer ${token}x`),
    sent('a letter and a token', 'part', `Bearer x${token}`),
    sent('a token twice without a gap', 'part', `Bearer ${changed('doubled')}`),
    sent('a token and %00', 'part', `Bearer ${token}%00`),
    sent('a scheme without a token', 'made up', 'Bearer'),
    sent('an empty header', 'made up', ''),
    sent('a token of 3000 characters', 'made up', `Bearer ${'a'.repeat(3000)}`),
    sent('a token __proto__', 'made up', 'Bearer __proto__'),
    sent('a token constructor', 'made up', 'Bearer constructor'),
    sent('a token null', 'made up', 'Bearer null'),
    sent('a token undefined', 'made up', 'Bearer undefined'),
    sent("a token ' OR '1'='1", 'made up', "Bearer ' OR '1'='1"),
    sent('a token *', 'made up', 'Bearer *'),
    sent('a JSON web token that is signed with nothing', 'made up', 'Bearer eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiJhZG1pbiJ9.'),
    sent('a token of another scheme', 'another scheme', `Digest ${token}`),
    sent('a wrong credential of another scheme', 'made up', 'Basic YWRtaW46YWRtaW4='),
    sent('a token of the scheme Basic', undefined, `Basic ${token}`),
    sent('a token without a scheme', undefined, token),
    sent('a scheme in lower case', undefined, `bearer ${token}`),
    sent('a scheme in upper case', undefined, `BEARER ${token}`),
    sent('two blanks before the token', undefined, `Bearer  ${token}`),
    sent('a tab before the token', undefined, `Bearer\t${token}`),
    sent('a blank behind the token', undefined, `Bearer ${token} `),
    sent('the scheme twice', undefined, `Bearer Bearer ${token}`),
    sent('quotes around the token', undefined, `Bearer "${token}"`),
    sent('a comma behind the token', undefined, `Bearer ${token},`),
    sent('the credential twice', undefined, `Bearer ${token}`, `Bearer ${token}`),
    sent('a wrong credential and the right one', undefined, 'Bearer failpath-wrong', `Bearer ${token}`),
    sent('the right credential and a wrong one', undefined, `Bearer ${token}`, 'Bearer failpath-wrong'),
    sent('two credentials in one header', undefined, `Bearer failpath-wrong, Bearer ${token}`),
    elsewhere('the token as a query parameter', (draft) => withQuery(draft, 'access_token', token)),
    elsewhere('the token as another query parameter', (draft) => withQuery(draft, 'token', token)),
    elsewhere('the token in a cookie', (draft) => withHeaders(draft, 'cookie', `token=${token}; session=${token}; authorization=${token}`)),
    elsewhere('the token in another header', (draft) => withHeaders(draft, 'x-api-key', token)),
    elsewhere('the token in Proxy-Authorization', (draft) => withHeaders(draft, 'proxy-authorization', `Bearer ${token}`)),
    elsewhere('the token in X-Authorization', (draft) => withHeaders(draft, 'x-authorization', `Bearer ${token}`)),
  ];
}

const MADE_UP = 'a token that was never issued';
