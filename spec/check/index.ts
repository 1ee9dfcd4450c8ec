import type { Finding } from '../errors.js';
import type { Contract, Location } from '../types.js';
import { bodyFailureMissing } from './body-failure-missing.js';
import { codeMissing } from './code-missing.js';
import { codeRepeated } from './code-repeated.js';
import { codeTwoStatuses } from './code-two-statuses.js';
import { contractExtension } from './contract-extension.js';
import { contractStructure } from './contract-structure.js';
import { credentialFailureMissing } from './credential-failure-missing.js';
import { discriminatorBroken } from './discriminator-broken.js';
import { exampleInvalid } from './example-invalid.js';
import { exampleUndeclared } from './example-undeclared.js';
import { failureWithoutExample } from './failure-without-example.js';
import { magicCollision } from './magic-collision.js';
import { magicMisplaced } from './magic-misplaced.js';
import { magicRefused } from './magic-refused.js';
import { operationName } from './operation-name.js';
import type { Rule } from './rule.js';
import { schemaEndless } from './schema-endless.js';
import { schemaInvalid } from './schema-invalid.js';
import { schemeUndefined } from './scheme-undefined.js';
import { unknownStatus } from './unknown-status.js';
import { unreachablePath } from './unreachable-path.js';
import { unsupportedDialect } from './unsupported-dialect.js';
import { unsupportedKeyword } from './unsupported-keyword.js';
import { unsupportedRef } from './unsupported-ref.js';
import { unusedComponent } from './unused-component.js';
import { violationCodeUndeclared } from './violation-code-undeclared.js';
import { webhookUnreadable } from './webhook-unreadable.js';
import { websocketMisplaced } from './websocket-misplaced.js';
import { wildcardError } from './wildcard-error.js';

const RULES: readonly Rule[] = [
  bodyFailureMissing,
  codeMissing,
  codeRepeated,
  codeTwoStatuses,
  contractExtension,
  credentialFailureMissing,
  discriminatorBroken,
  exampleInvalid,
  exampleUndeclared,
  failureWithoutExample,
  magicCollision,
  magicMisplaced,
  magicRefused,
  operationName,
  schemaEndless,
  schemaInvalid,
  schemeUndefined,
  unknownStatus,
  unreachablePath,
  unsupportedDialect,
  unsupportedKeyword,
  unsupportedRef,
  unusedComponent,
  violationCodeUndeclared,
  webhookUnreadable,
  websocketMisplaced,
  wildcardError,
];

/**
 * Whether a contract is sound: everything that would make mock or proof say something else than was meant.
 *
 * @example
 * const findings = await checkContract(await loadContract('openapi.yaml'));
 * findings.map(formatFinding); // [] for a sound contract
 *
 * @returns findings by file, line and column; each problem is told once. See docs/errors.md for all of them.
 */
export async function checkContract(contract: Contract): Promise<readonly Finding[]> {
  const own = RULES.flatMap((rule) => rule(contract));
  const told = new Set(own.map(({ location }) => placeOf(location)));
  // Our rules know more about a contract than the general ones: at the same place, theirs is the better sentence.
  const general = (await contractStructure(contract)).filter(({ location }) => !told.has(placeOf(location)));
  const distinct = new Map(
    [...own, ...general].map((finding) => [`${placeOf(finding.location)} ${finding.problem} ${finding.what}`, finding]),
  );
  return [...distinct.values()].sort(inOrder);
}

function placeOf(location: Location | undefined): string {
  return location === undefined ? '' : `${location.file}:${location.line}:${location.column}`;
}

function inOrder(a: Finding, b: Finding): number {
  const [left, right] = [a.location, b.location];
  if (left === undefined || right === undefined) return Number(right === undefined) - Number(left === undefined);
  if (left.file !== right.file) return left.file < right.file ? -1 : 1;
  return left.line - right.line || left.column - right.column;
}
