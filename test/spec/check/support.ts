import { expect } from 'chai';
import { formatFinding } from '../../../spec/index.js';
import { edit, findingsOf, mark, SOUND, write } from '../contracts.js';

/** Breaks the sound contract, and expects the one finding: its place is where `¶` stands. */
export async function expectOne(edits: Readonly<Record<string, string>>, problem: string, what: string, remedy?: string): Promise<void> {
  const { text, place } = mark(edit(SOUND, edits));
  const findings = await findingsOf(write({ 'openapi.yaml': text }));
  expect(findings.map(formatFinding)).to.have.length(1);
  const [finding] = findings;
  expect(`${finding?.location?.line}:${finding?.location?.column} ${finding?.problem}  ${finding?.what}`).to.equal(
    `${place} ${problem}  ${what}`,
  );
  expect(finding?.why, 'why').to.match(/\S/);
  expect(finding?.remedy, 'remedy').to.match(/\S/);
  if (remedy !== undefined) expect(finding?.remedy).to.equal(remedy);
}

/** Edits the sound contract in a way that leaves it sound. */
export async function expectNone(edits: Readonly<Record<string, string>>): Promise<void> {
  const findings = await findingsOf(write({ 'openapi.yaml': edit(SOUND, edits) }));
  expect(findings.map(formatFinding)).to.deep.equal([]);
}
