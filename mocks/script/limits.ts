/** How much scripts may hold; what is beyond is refused, keys aside: of those the oldest are forgotten. */
export interface ScriptLimits {
  readonly rules: number;
  /** Characters of a rule's JSON. */
  readonly ruleSize: number;
  /** Of all rules together. */
  readonly totalSize: number;
  readonly idempotencyKeys: number;
}

export const SCRIPT_LIMITS: ScriptLimits = Object.freeze({
  rules: 10_000,
  ruleSize: 1_048_576,
  totalSize: 67_108_864,
  idempotencyKeys: 10_000,
});
