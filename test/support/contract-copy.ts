import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, temporaryFile } from './cli.js';

/** A replacement in the contract's text: what stands there, and what shall. */
export type Edit = readonly [from: string, to: string];

/**
 * Writes a changed copy of openapi.yaml and returns its path; each edit changes the first place that it finds.
 *
 * @example
 * contractCopy(["'#/components/schemas/Envelope'", "'#/components/schemas/Envelop'"]);
 */
export function contractCopy(...edits: readonly Edit[]): string {
  let text = readFileSync(join(ROOT, 'openapi.yaml'), 'utf8');
  for (const [from, to] of edits) {
    if (!text.includes(from)) throw new Error(`openapi.yaml does not hold ${JSON.stringify(from)} any more.`);
    text = text.replace(from, () => to);
  }
  return temporaryFile('openapi.yaml', text);
}

/** Adds a code to what initWork can refuse with, in the three steps that the README names: schema, example, answer. */
export function contractWithCode(code: string): string {
  const sibling = 'registration.title_required';
  const ref = `              - $ref: '#/components/schemas/${sibling}'\n`;
  const example = `            ${sibling}: {$ref: '#/components/examples/${sibling}'}\n`;
  return contractCopy(
    [ref, `${ref}${ref.replaceAll(sibling, code)}`],
    [example, `${example}${example.replaceAll(sibling, code)}`],
    [
      `\n    ${sibling}:\n      title:`,
      [
        '',
        `    ${code}:`,
        '      title: Title taboo',
        '      description: The title holds a word that this API does not register. Choose another title.',
        '      x-causes: [taboo word]',
        '      x-retry: never',
        "      allOf: [{$ref: '#/components/schemas/Envelope'}]",
        `      properties: {error: {properties: {code: {const: ${code}}}}}`,
        '',
        `    ${sibling}:`,
        '      title:',
      ].join('\n'),
    ],
    [
      `\n    ${sibling}:\n      summary:`,
      [
        '',
        `    ${code}:`,
        '      summary: A taboo word',
        `      value: {error: {code: ${code}, message: This title cannot be registered., request_id: req_7ab00}}`,
        `    ${sibling}:`,
        '      summary:',
      ].join('\n'),
    ],
  );
}
