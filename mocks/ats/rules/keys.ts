import { rule, type Rule } from './rule.js';

/** What can be wrong with the management of keys, once it is known that an administrator calls. */

export const organizationExists: Rule = rule('common.not_found', ({ organization }) =>
  organization === undefined ? { cause: 'unknown organization', message: 'There is no such organization.' } : undefined,
);

export const keyExists: Rule = rule('common.not_found', ({ namedKey }) =>
  namedKey === undefined ? { cause: 'unknown key', message: 'There is no such API key.' } : undefined,
);

export const keyOwned: Rule = rule('common.not_found', ({ namedKey, organization }) =>
  namedKey === undefined || namedKey.organization_id === organization?.id
    ? undefined
    : { cause: 'key of another organization', message: 'There is no such API key.' },
);

export const keysLeft: Rule = rule('api_key.limit_reached', ({ unrevokedKeys, maxKeys }) =>
  unrevokedKeys.length < maxKeys ? undefined : 'limit reached',
);
