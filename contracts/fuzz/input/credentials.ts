import { withHeaders, withQuery, type Draft } from '../draft.js';
import type { Mutation } from './mutation.js';
import { reroute, REROUTES } from './routes.js';

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
  const none = withoutCredential('no credential');
  return [none, ...bypasses(), ...(bearerOf(draft) === undefined ? [] : tokens(bearerOf(draft) ?? ''))];
}

const common = { place: 'credential', family: 'credential' } as const;

function withoutCredential(says: string, more: (draft: Draft) => Draft = (draft) => draft): Mutation {
  return { ...common, says, expects: 'refused', apply: (draft) => more({ ...draft, credential: [], as: null }) };
}

/** No credential at all, together with what may lead past the check. */
function bypasses(): readonly Mutation[] {
  return [
    ...REROUTES.map(([says, change]): Mutation => ({
      ...withoutCredential(`no credential and ${says}`, (draft) => ({ ...draft, reroute: [...draft.reroute, change] })),
      place: 'credential and route',
      smaller: () => [withoutCredential('no credential'), reroute(says, change)],
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
      ...withoutCredential(`no credential and ${name} ${value}`, (draft) => withHeaders(draft, name, value)),
      place: `credential and ${name}`,
    })),
  ];
}

function tokens(token: string): readonly Mutation[] {
  const sent = (says: string, expects: 'refused' | 'open', ...values: readonly string[]): Mutation => ({
    ...common,
    says,
    expects,
    apply: (draft) => ({ ...draft, credential: values.map((value) => ['authorization', value] as const) }),
  });
  const changed = (name: string): string => token.replace(/\}$/, `!${name}}`);
  const elsewhere = (says: string, more: (draft: Draft) => Draft): Mutation => ({
    ...common,
    says,
    expects: 'refused',
    apply: (draft) => more({ ...draft, credential: [] }),
  });
  return [
    sent('a token in upper case', 'refused', `Bearer ${changed('upper')}`),
    sent('a token in lower case', 'refused', `Bearer ${changed('lower')}`),
    sent('a token with its case swapped', 'refused', `Bearer ${changed('swapped')}`),
    sent('a token without its last character', 'refused', `Bearer ${changed('cut')}`),
    sent('a token with another last character', 'refused', `Bearer ${changed('other')}`),
    sent('a token backwards', 'refused', `Bearer ${changed('reversed')}`),
    sent('a token and a letter', 'refused', `Bearer ${token}x`),
    sent('a letter and a token', 'refused', `Bearer x${token}`),
    sent('a token twice without a gap', 'refused', `Bearer ${changed('doubled')}`),
    sent('a token and %00', 'refused', `Bearer ${token}%00`),
    sent('a scheme without a token', 'refused', 'Bearer'),
    sent('an empty header', 'refused', ''),
    sent('a token of 3000 characters', 'refused', `Bearer ${'a'.repeat(3000)}`),
    sent('a token __proto__', 'refused', 'Bearer __proto__'),
    sent('a token constructor', 'refused', 'Bearer constructor'),
    sent('a token null', 'refused', 'Bearer null'),
    sent('a token undefined', 'refused', 'Bearer undefined'),
    sent("a token ' OR '1'='1", 'refused', "Bearer ' OR '1'='1"),
    sent('a token *', 'refused', 'Bearer *'),
    sent('a JSON web token that is signed with nothing', 'refused', 'Bearer eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiJhZG1pbiJ9.'),
    sent('a token of another scheme', 'refused', `Digest ${token}`),
    sent('a wrong credential of another scheme', 'refused', 'Basic YWRtaW46YWRtaW4='),
    sent('a token of the scheme Basic', 'open', `Basic ${token}`),
    sent('a token without a scheme', 'open', token),
    sent('a scheme in lower case', 'open', `bearer ${token}`),
    sent('a scheme in upper case', 'open', `BEARER ${token}`),
    sent('two blanks before the token', 'open', `Bearer  ${token}`),
    sent('a tab before the token', 'open', `Bearer\t${token}`),
    sent('a blank behind the token', 'open', `Bearer ${token} `),
    sent('the scheme twice', 'open', `Bearer Bearer ${token}`),
    sent('quotes around the token', 'open', `Bearer "${token}"`),
    sent('a comma behind the token', 'open', `Bearer ${token},`),
    sent('the credential twice', 'open', `Bearer ${token}`, `Bearer ${token}`),
    sent('a wrong credential and the right one', 'open', 'Bearer failpath-wrong', `Bearer ${token}`),
    sent('the right credential and a wrong one', 'open', `Bearer ${token}`, 'Bearer failpath-wrong'),
    sent('two credentials in one header', 'open', `Bearer failpath-wrong, Bearer ${token}`),
    elsewhere('the token as a query parameter', (draft) => withQuery(draft, 'access_token', token)),
    elsewhere('the token as another query parameter', (draft) => withQuery(draft, 'token', token)),
    elsewhere('the token in a cookie', (draft) => withHeaders(draft, 'cookie', `token=${token}; session=${token}; authorization=${token}`)),
    elsewhere('the token in another header', (draft) => withHeaders(draft, 'x-api-key', token)),
    elsewhere('the token in Proxy-Authorization', (draft) => withHeaders(draft, 'proxy-authorization', `Bearer ${token}`)),
    elsewhere('the token in X-Authorization', (draft) => withHeaders(draft, 'x-authorization', `Bearer ${token}`)),
  ];
}
