import { createColors } from 'picocolors';
import { wrapped } from '../../mocks/index.js';
import type { Judgement, PipedAnswer, Wrong } from './answer.js';
import type { LedgerSighting, MockSighting, Sighting } from './sightings.js';

/** What foreigners have written, without what could steer a terminal. */
export function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069]+/g, ' ').trim();
}

/** A line as it stands, but for what could steer a terminal. */
function plainLine(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u0008\u000A-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069]/g, ' ');
}

/**
 * What became of an answer that was piped in, for a terminal: whether it is a legal envelope, and what is wrong with it.
 *
 * @example
 * formatJudgement(judgePiped(contract, answer, undefined), answer, { color: false }); // 'A legal envelope of api_key.revoked.\n...'
 */
export function formatJudgement(judged: Judgement, answer: PipedAnswer, { color }: { readonly color: boolean }): string {
  const { bold, dim, green, red } = createColors(color);
  if (judged.kind === 'foreign') return `${bold(red('No envelope of this API.'))}\n${wrapped(plain(judged.why), '  ')}\n`;
  const { code, failure, wrong, envelope } = judged;
  const shown = plain(code).slice(0, 100);
  const head =
    failure === undefined
      ? bold(red(`${shown} is not declared.`))
      : wrong.length === 0
        ? bold(green(`A legal envelope of ${shown}.`))
        : bold(red(`No legal envelope of ${shown}: ${wrong.length === 1 ? 'one thing is' : `${wrong.length} things are`} wrong.`));
  const said = [
    ...(typeof envelope.message === 'string' ? [['message', plain(envelope.message)]] : []),
    ...(typeof envelope.requestId === 'string' ? [['request id', plain(envelope.requestId)]] : []),
  ].map(([what = '', text = '']) => `  ${dim(what.padEnd(12))}${text.slice(0, 200)}`);
  const unseen = answer.head === undefined ? [dim('  Only the body was looked at: with `curl -i`, status and headers are as well.')] : [];
  return `${[head, ...said, ...wrong.map((one) => wrongText(one, color)), ...unseen].join('\n')}\n`;
}

function wrongText({ at, expected, actual, remedy }: Wrong, color: boolean): string {
  const { bold, dim } = createColors(color);
  return [
    `  ${bold(plain(at))}`,
    `    ${dim('expected')}  ${plain(expected)}`,
    `    ${dim('actual')}    ${plain(actual)}`,
    wrapped(plain(remedy), `    ${dim('fix')}       `, '              '),
  ].join('\n');
}

/**
 * What is known of a request, for a terminal.
 *
 * @example
 * formatSightings('req_1', findInLedgers(['failpath-report'], 'req_1'), { color: false });
 */
export function formatSightings(requestId: string, sightings: readonly Sighting[], { color }: { readonly color: boolean }): string {
  const { bold } = createColors(color);
  const parts = sightings.map((one) => (one.in === 'ledger' ? inLedger(one, color) : inMock(one, color)));
  return `${bold(plain(requestId))}\n${parts.join('\n')}\n`;
}

const PHASES: Readonly<Record<string, string>> = {
  given: 'on the way there',
  when: 'the request with the fault',
  again: 'the same once more',
  control: 'the control twin, without the fault',
  fresh: 'a new request without the fault',
  restore: 'to put back what was moved',
};

function inLedger(
  { file, deployment, startedAt, of, outcome, reason, expected, remedies, repro, request }: LedgerSighting,
  color: boolean,
): string {
  const { bold, dim } = createColors(color);
  const what = 'probe' in of ? `probe: ${of.probe}` : `${of.operation} ${of.status} ${of.code}, cause: ${of.cause}`;
  const { phase, label, method, url, status, code } = request;
  return [
    `  in ${plain(file)}, the run of ${startedAt} against ${plain(deployment)}`,
    `    ${dim('sent for')}   ${plain(what)}`,
    `    ${dim('outcome')}    ${bold(plain(outcome))}${reason === '' ? '' : `: ${plain(reason)}`}`,
    `    ${dim('phase')}      ${plain(phase)}${PHASES[phase] === undefined ? '' : `: ${PHASES[phase]}`} (${plain(label)})`,
    `    ${dim('request')}    ${plain(`${method} ${url}`)}`,
    `    ${dim('answer')}     ${status === null ? 'none' : plain(`${status} ${code ?? ''}`)}`,
    ...(outcome === 'verified'
      ? []
      : [`    ${dim('expected')}   ${plain(expected)}${phase === 'when' ? '' : ', to the request with the fault'}`]),
    ...remedies.map((remedy) => wrapped(plain(remedy), `    ${dim('fix')}        `, '               ')),
    ...(repro === null
      ? []
      : [
          `    ${dim('reproduce')}`,
          ...repro
            .trimEnd()
            .split('\n')
            .map((line) => `      ${plainLine(line)}`.trimEnd()),
        ]),
  ].join('\n');
}

const ANSWERED_BY: Readonly<Record<string, string>> = {
  choice: 'the caller asked for it',
  script: 'a rule of a script',
  magic: 'a magic value',
  validation: 'the request breaks the contract',
  sandbox: 'the sandbox, for its real reason',
  example: "the contract's example",
  routing: 'no operation answers this route',
  storage: 'the object storage',
  deployment: 'another server, to which the mock passed it on',
};

function inMock(
  { mock, at, method, url, operation, status, code, answeredBy, why, ruleId, spoiledBy }: MockSighting,
  color: boolean,
): string {
  const { bold, dim } = createColors(color);
  return [
    `  in the journal of the mock at ${plain(mock)}, ${at}`,
    `    ${dim('request')}    ${plain(`${method} ${url}`)}${operation === undefined ? '' : ` (${operation})`}`,
    `    ${dim('answer')}     ${status} ${plain(code ?? '')}`,
    `    ${dim('chosen by')}  ${ANSWERED_BY[answeredBy] ?? plain(answeredBy)}`,
    `    ${dim('why')}        ${bold(plain(why))}`,
    ...(ruleId === undefined ? [] : [`    ${dim('rule')}       ${plain(ruleId)}`]),
    ...(spoiledBy === undefined ? [] : [`    ${dim('spoiled by')} ${plain(spoiledBy)}`]),
  ].join('\n');
}
