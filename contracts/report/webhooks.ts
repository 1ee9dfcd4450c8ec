import { createColors } from 'picocolors';
import { groupBy } from '../../spec/index.js';
import type { LedgerWebhook } from '../ledger.js';

type Colors = ReturnType<typeof createColors>;

/**
 * What became of the webhooks: a line for those that are alike, and findings in full.
 *
 * @example
 * formatWebhooks(ledger.webhooks); // ['✓ webhooks  verified  work_registered, work_updated, work_failed']
 */
export function formatWebhooks(webhooks: readonly LedgerWebhook[], colors: Colors = createColors(false)): string[] {
  const found = webhooks.filter(({ outcome }) => outcome === 'violated').map((webhook) => finding(webhook, colors));
  const others = webhooks.filter(({ outcome }) => outcome !== 'violated');
  const rows = [...groupBy(others, ({ outcome, reason }) => `${outcome} ${reason}`).values()].map((group) => {
    const [{ outcome, reason }] = group;
    const names = group.map(({ webhook }) => webhook).join(', ');
    if (outcome === 'verified') return `${colors.green('✓')} webhooks  ${colors.green(outcome)}  ${names}`;
    return `${colors.yellow('!')} webhooks  ${colors.yellow(outcome)}  ${names}: ${reason}`;
  });
  return [...(rows.length === 0 ? [] : [rows.join('\n')]), ...found];
}

function finding({ webhook, discrepancies, received, declared }: LedgerWebhook, colors: Colors): string {
  const rows = discrepancies.map(({ at, expected, actual }) => [at, expected, actual] as const);
  const remedies = [...new Set(discrepancies.map(({ remedy }) => remedy))];
  return [
    `${colors.red('✗')} ${colors.red('violated')}  ${colors.bold(`webhook ${webhook}`)}`,
    '',
    ...rows.map(([at, expected, actual]) => `    ${at}  expected ${expected}, saw ${colors.red(actual)}`),
    '',
    `    ${colors.dim('declared')}    ${declared}`,
    ...remedies.map((remedy) => `    ${colors.dim('fix')}         ${remedy}`),
    ...(received === null ? [] : ['', `    ${colors.dim('received')}`, ...received.split('\n').map((line) => `      ${line}`.trimEnd())]),
  ].join('\n');
}
