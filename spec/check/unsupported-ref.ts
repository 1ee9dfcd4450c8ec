import type { Finding } from '../errors.js';
import { join } from '../pointer.js';
import type { Contract } from '../types.js';
import { at, quote } from './rule.js';
import { schemasOf } from './walk.js';

const SCHEMAS = '#/components/schemas/';

/** A schema refers to schemas under `components.schemas`; other ways to name one are not followed. */
export function unsupportedRef(contract: Contract): Finding[] {
  return schemasOf(contract).flatMap(({ value, pointer }) => {
    const { $ref } = value;
    const findings = ['$id', '$anchor', '$dynamicRef', '$dynamicAnchor']
      .filter((keyword) => keyword in value)
      .map((keyword) =>
        at(contract, join(pointer, keyword), {
          problem: 'unsupported-ref',
          what: `the schema uses ${keyword}`,
          why: 'failpath follows references by their place in the document, and by nothing else.',
          remedy: `Put the schema under components.schemas, refer to it as ${SCHEMAS}<name>, and remove ${keyword}.`,
        }),
      );
    if ($ref !== undefined && !(typeof $ref === 'string' && $ref.startsWith(SCHEMAS))) {
      findings.push(
        at(contract, join(pointer, '$ref'), {
          problem: 'unsupported-ref',
          what: `a schema refers to ${quote($ref)}`,
          why: 'Only schemas under components.schemas are handed to the validator, so this one cannot be found.',
          remedy: `Move what it points at to components.schemas, and refer to it as ${SCHEMAS}<name>.`,
        }),
      );
    }
    return findings;
  });
}
