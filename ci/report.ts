import { createColors } from 'picocolors';
import { countsOf, elsewhereOf, formatReasons, type Ledger } from '../contracts/index.js';
import { counted } from '../spec/index.js';
import type { Answer } from './store/index.js';

/**
 * A decision as people read it: every reason, the verdict last.
 *
 * @example
 * process.stdout.write(formatGate(ledger, { color: process.stdout.isTTY, recorded: undefined }));
 */
export function formatGate(
  ledger: Ledger,
  { color, recorded }: { readonly color: boolean; readonly recorded: string | undefined },
): string {
  const colors = createColors(color);
  const { contract, deployment, failures, verdict, exitCode, reasons, policy } = ledger;
  const counts = countsOf(ledger).map(([one, count]) => `${count} ${one}`);
  const paint = exitCode === 0 ? colors.green : exitCode === 1 ? colors.red : colors.yellow;
  const sections = [
    `${colors.bold(contract.title)} ${contract.version} ${colors.dim('on')} ${named(deployment.name, deployment.url)}${colors.dim(deployment.url)}`,
    ...formatReasons(reasons, colors),
    [
      `${counted(failures.length, 'failure')}: ${counts.join(', ')}${policy === undefined ? '' : `; decided by ${policy.file}`}`,
      ...elsewhereOf(ledger),
      `${paint(colors.bold(verdict))} ${colors.dim(`exit code ${exitCode}`)}`,
      ...(recorded === undefined ? [] : [`  ${recorded}`]),
    ].join('\n'),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** A deployment without a name is called by its address, which follows anyway. */
function named(name: string, url: string): string {
  return URL.canParse(url) && new URL(url).host === name ? '' : `${name} `;
}

/**
 * Whether a build may be deployed, as people read it: the answer first, and what it stands on.
 *
 * @example
 * process.stdout.write(formatAnswer(answer, { color: false }));
 */
export function formatAnswer({ build, to, yes, objections, records }: Answer, { color }: { readonly color: boolean }): string {
  const colors = createColors(color);
  const head = yes
    ? `${colors.green(colors.bold('yes'))}  build ${build} may go to ${to}`
    : `${colors.red(colors.bold('no'))}  build ${build} may not go to ${to}`;
  const stands = records.map(({ deployment, verdict, recordedAt, contract }) =>
    colors.dim(
      `    ${deployment.name}: ${verdict}, recorded at ${recordedAt}, contract ${contract.version} (${contract.sha256.slice(0, 12)})`,
    ),
  );
  const against = objections.map(({ what, why, remedy }) =>
    [
      `${colors.red('✗')} ${what}`,
      ...why.split('\n').map((line) => `    ${colors.dim('why')}  ${line}`),
      `    ${colors.dim('fix')}  ${remedy}`,
    ].join('\n'),
  );
  return `${[[head, ...stands].join('\n'), ...against].join('\n\n')}\n`;
}
