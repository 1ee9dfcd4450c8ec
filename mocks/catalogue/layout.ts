import { stripVTControlCharacters } from 'node:util';

/** As wide as most terminals are, and as lines may be to be read. */
const WIDTH = 100;

/**
 * A text on as many lines as it takes.
 *
 * @param indent before the first line
 * @param hanging before the others
 */
export function wrapped(text: string, indent: string, hanging: string = indent): string {
  const lines: string[] = [];
  let line = indent;
  let bare = true;
  for (const word of text.split(' ')) {
    if (!bare && widthOf(line) + 1 + widthOf(word) > WIDTH) {
      lines.push(line);
      [line, bare] = [hanging, true];
    }
    line += bare ? word : ` ${word}`;
    bare = false;
  }
  return [...lines, line].map((one) => one.trimEnd()).join('\n');
}

/** Every line of a text, moved to the right. */
export function indented(text: string, indent: string): string {
  return text
    .split('\n')
    .map((line) => `${indent}${line}`)
    .join('\n');
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}
