import { expect } from 'chai';
import { RULES, type Replacements } from '../../mocks/ats/index.js';
import type { Failure } from '../../spec/index.js';
import { probeSandbox, unverified } from './support.js';

const of =
  (operation: string, ...codes: readonly string[]) =>
  (failure: Failure): boolean =>
    failure.operation.id === operation && (codes.length === 0 || codes.includes(failure.code));

const lying = async (
  lies: Replacements,
  selected: (failure: Failure) => boolean,
): Promise<{ found: Record<string, string>; exitCode: number }> => {
  const { probes, ledger } = await probeSandbox({ lies, selected });
  return { found: unverified(probes), exitCode: ledger.exitCode };
};

describe('a deployment that lies about who may', () => {
  it('lets a revoked key list keys: not-reached, and only in that cell', async () => {
    const lies: Replacements = {
      rules: {
        notAdministrator: (facts) => (facts.key !== undefined && facts.key.revoked_at !== null ? undefined : RULES.notAdministrator(facts)),
      },
    };
    expect(await lying(lies, of('listApiKeys'))).to.deep.equal({ found: { 'identity listApiKeys: revoked': 'not-reached' }, exitCode: 1 });
  });

  it('what is used up by whoever should not have been let in is made anew for the next', async () => {
    const lies: Replacements = {
      rules: { notAdministrator: (facts) => (facts.key === undefined ? RULES.notAdministrator(facts) : undefined) },
    };
    const { found, exitCode } = await lying(lies, of('revokeApiKey', 'common.unauthorized'));
    const keys = ['revoked', 'wrong scope', 'other organization', 'inactive organization', 'deleted organization'];
    expect({ found, exitCode }).to.deep.equal({
      found: Object.fromEntries(['active', ...keys].map((name) => [`identity revokeApiKey: ${name}`, 'not-reached'])),
      exitCode: 1,
    });
  });

  it('calls an administrator an unknown key: wrong-path', async () => {
    const lies: Replacements = {
      rules: { wrongPrefix: (facts) => (facts.administrator === undefined ? RULES.wrongPrefix(facts) : undefined) },
    };
    const { found } = await lying(lies, of('initWork', 'api_key.invalid_format'));
    expect(found).to.deep.equal({ 'identity initWork: administrator': 'wrong-path' });
  });

  it('answers keys where a session is due with a code that the operation does not have: violated', async () => {
    const lies: Replacements = {
      rules: {
        notPartnerSession: (facts) => {
          const refusal = RULES.notPartnerSession(facts);
          return refusal && facts.organization?.id !== facts.key?.organization_id && facts.key !== undefined
            ? { ...refusal, code: 'common.forbidden' }
            : refusal;
        },
      },
    };
    const { found } = await lying(lies, of('listExternalUserWorks', 'common.unauthorized', 'common.forbidden'));
    expect(found).to.deep.equal({
      'identity listExternalUserWorks: other organization': 'wrong-path',
      'identity listExternalUserWorks: inactive organization': 'wrong-path',
      'identity listExternalUserWorks: deleted organization': 'wrong-path',
    });
  });

  it('a cell that is taken from a line says what the line says', async () => {
    const { found, exitCode } = await lying(
      { rules: { revokedKey: () => undefined } },
      of('initWork', 'api_key.revoked', 'api_key.org_mismatch'),
    );
    expect({ found, exitCode }).to.deep.equal({
      found: {
        'identity initWork: revoked': 'not-reached',
        'precedence initWork: api_key.revoked (revoked) before api_key.org_mismatch (another organization)': 'setup-failed',
      },
      exitCode: 1,
    });
  });
});
