import type { Contract } from '../../spec/index.js';
import type { Deployment } from '../deployment.js';

/** What a deployment's own values are called, such as 10 `keys_per_organization`; two deployments call different values the same. */
export interface KnownValues {
  /** What a value may be; empty for one that nobody knows. */
  namesOf(value: unknown): readonly string[];
  /** The value of that name here; `undefined` where it is not known. */
  valueOf(name: string): unknown;
}

/** Limits that a deployment file can say, by their names in the contract. */
function limitsOf({ keysPerOrganization, ttls }: Deployment): Readonly<Record<string, number | undefined>> {
  return {
    keys_per_organization: keysPerOrganization,
    upload_ttl_seconds: ttls.uploadTtlSeconds,
    quote_ttl_seconds: ttls.quoteTtlSeconds,
    partner_session_ttl_seconds: ttls.partnerSessionTtlSeconds,
  };
}

/**
 * The limits of the contract as they are for one deployment, the caps of its keys, and what its file names. Where a value has a name of
 * the file's, what else in the contract happens to be the same says nothing.
 *
 * @example
 * knownValues(contract, deployment).namesOf(65536); // ['cap of smallFiles']
 */
export function knownValues({ limits }: Pick<Contract, 'limits'>, deployment: Deployment): KnownValues {
  const own = limitsOf(deployment);
  const { works, organization, network } = deployment;
  const ofContract = Object.entries(limits).map(([name, { value }]): Named => [name, own[name] ?? value]);
  const ofFile: readonly Named[] = [
    ...ofContract.filter(([name]) => name in own),
    ...[...deployment.identities.values()].map(({ name, maxFileSizeBytes }): Named => [`cap of ${name}`, maxFileSizeBytes]),
    ['organization', organization],
    ['network', network],
    ['works.own', works.own],
    ['works.other', works.other],
    ['works.direct', works.direct],
    ['works.external.id', works.external?.id],
    ['works.external.externalUserRef', works.external?.externalUserRef],
  ];
  const byName = new Map([...ofContract, ...ofFile].filter(([, value]) => value !== undefined));
  const among = (named: readonly Named[], value: unknown): readonly string[] =>
    named.flatMap(([name, one]) => (one !== undefined && one === value ? [name] : []));
  return {
    namesOf: (value) => {
      const names = among(ofFile, value);
      return names.length > 0 ? names : among(ofContract, value);
    },
    valueOf: (name) => byName.get(name),
  };
}

type Named = readonly [name: string, value: unknown];
