import { expect } from 'chai';
import fc from 'fast-check';
import { XMLValidator } from 'fast-xml-parser';
import { Parser } from 'tap-parser';
import { REPORT_NAMES, REPORTS, tallyTrend, TREND_REPORTS, type Report, type ReportName } from '../../contracts/index.js';
import { html } from '../../spec/index.js';
import { readCommand } from './annotations.js';
import { sampleLedger } from './support.js';

/** What ends an element, a section, a command, a fence, a line or the world, wherever it is not looked at. */
const HOSTILE = [
  ...[
    '</script>',
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '</details>',
    '</pre>',
    ']]>',
    '-->',
    '"><b>',
    "' onclick='",
  ],
  ...['\n::error file=x::owned', '\r\n::stop-commands::x', '::set-output name=x::y', '##[error]', '%0A::warning::', '%'],
  ...['\nnot ok 99 - owned', '\nBail out!', '# SKIP', '# TODO', '\n  ...\n', '\n1..2'],
  ...['```', '\n```\n# owned', '`', '|', '\n| a | b |', '[x](javascript:alert(1))', '![x](http://evil.test/x.png)', '<details>', '*', '_'],
  ...[
    '\u001b[31m',
    '\u001b]8;;http://evil.test\u0007',
    '\u0000',
    '\u0007',
    '\u009b',
    '\u202e',
    '\u2028',
    '\ufeff',
    '\ud800',
    '\uffff',
    '🎵',
  ],
  ...['\n', '\r', '\t', '\\', '$', '${x}', '&lt;', '&#60;'],
];

const foreign = fc.array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...HOSTILE) }, fc.string({ maxLength: 6 })), { maxLength: 5 }).map((parts) => parts.join('')); // prettier-ignore

const plainLines = (text: string): readonly string[] => text.split('\n');

/** What must hold of each format, whatever a deployment has answered. */
const HOLDS: Readonly<Record<ReportName, (text: string, clean: string, hostile: string) => void>> = {
  terminal: (text) => expect(text).not.to.match(/[^\P{Cc}\n\t]/u),
  json: (text) => expect(() => JSON.parse(text) as unknown).not.to.throw(),
  har: (text) => expect(() => JSON.parse(text) as unknown).not.to.throw(),
  sarif: (text) => expect(() => JSON.parse(text) as unknown).not.to.throw(),
  ndjson: (text, clean) => {
    const lines = text.trimEnd().split('\n');
    expect(lines.length).to.equal(clean.trimEnd().split('\n').length);
    for (const line of lines) JSON.parse(line);
  },
  junit: (text) => expect(XMLValidator.validate(text)).to.equal(true),
  tap: (text) => {
    const events = Parser.parse(text, { strict: true });
    expect(events.filter(([kind]) => kind === 'assert')).to.have.length(17);
    expect(events.filter(([kind]) => kind === 'bailout' || kind === 'extra')).to.deep.equal([]);
  },
  github: (text, clean) => {
    const read = text.trimEnd().split('\n').map(readCommand);
    const names = (lines: readonly ReturnType<typeof readCommand>[]): unknown => lines.map((line) => [line?.command, line?.properties['file'], line?.properties['line']]);
    expect(names(read)).to.deep.equal(names(clean.trimEnd().split('\n').map(readCommand)));
  },
  // The same elements, and the same attributes on each, but for their values.
  html: (text, clean) => expect(skeletonOf(text)).to.deep.equal(skeletonOf(clean)),
  // Outside of fences and code spans nothing of it is markup.
  markdown: (text) => {
    const outside = outsideOfCode(text);
    expect(outside.match(/<(?!\/?(?:details|summary)>)/g) ?? []).to.deep.equal([]);
    expect(outside.match(/<details>/g)?.length).to.equal(outside.match(/<\/details>/g)?.length);
    expect(outside).not.to.match(/!\[|\]\(/);
    expect(plainLines(outside).filter((line) => line.startsWith('#') && !/^#{2,4} /.test(line))).to.deep.equal([]);
  },
}; // prettier-ignore

/**
 * Every tag of a page with the names of its attributes; what is no tag has no business to look like one. Text between backticks is
 * code, whoever has written it: an element without attributes, which can do nothing.
 */
function skeletonOf(page: string): readonly string[] {
  const body = page.slice(page.indexOf('<body>'), page.indexOf('<script type="module">'));
  const tags = [...body.matchAll(/<(\/?[a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*\/?>|</gi)].map(([tag, name, attributes = '']) =>
    name === undefined ? `stray ${tag}` : `${name}${attributes.replaceAll(/="[^"]*"/g, '').replaceAll(/\s+/g, ' ')}`,
  );
  return tags.filter((tag) => tag !== 'code' && tag !== '/code');
}

/** Markdown without its fenced blocks, code spans and escaped characters, by the rules of CommonMark for each. */
function outsideOfCode(markdown: string): string {
  const kept: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split('\n')) {
    const [, ticks] = /^(`{3,})/.exec(line) ?? [];
    if (fence !== undefined) fence = new RegExp(`^${fence}\`*$`).test(line) ? undefined : fence;
    else if (ticks !== undefined) fence = ticks;
    else kept.push(outsideOfSpans(line));
  }
  expect(fence, 'a fence that is never closed').to.equal(undefined);
  return kept.join('\n');
}

function outsideOfSpans(line: string): string {
  let kept = '';
  for (let at = 0; at < line.length;) {
    const [run = ''] = /^`+/.exec(line.slice(at)) ?? [];
    const end = run === '' ? -1 : new RegExp(`(?<!\`)${run}(?!\`)`).exec(line.slice(at + run.length))?.index;
    if (run !== '' && end !== undefined) at += run.length * 2 + end;
    else if (/^\\[!-/:-@[-`{-~]/.test(line.slice(at))) at += 2;
    else kept += line[at++] ?? '';
  }
  return kept;
}

describe('formats, of a deployment that answers with markup, commands and control characters', () => {
  for (const name of REPORT_NAMES) {
    it(`${name} stays what it is`, () => {
      const report: Report = REPORTS[name];
      const clean = report.format(sampleLedger('x'));
      fc.assert(
        fc.property(foreign, (hostile) => {
          const text = report.format(sampleLedger(`x${hostile}`));
          HOLDS[name](text, clean, hostile);
        }),
        { numRuns: name === 'html' || name === 'sarif' ? 40 : 80 },
      );
    });
  }

  it('the trend as well', () => {
    fc.assert(
      fc.property(foreign, (hostile) => {
        const later = { ...sampleLedger(`x${hostile}`), startedAt: '2026-03-03T09:00:00.000Z', file: 'b' };
        const trend = tallyTrend([{ ...sampleLedger('x'), file: 'a' }, later]);
        HOLDS.terminal(TREND_REPORTS.terminal(trend), '', hostile);
        HOLDS.markdown(TREND_REPORTS.markdown(trend), '', hostile);
        expect(String(html`${hostile}`)).not.to.match(/[<>"']/);
      }),
      { numRuns: 40 },
    );
  });
});
