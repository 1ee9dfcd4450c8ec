import { jsonPointer } from '../../spec/index.js';
import { WIDTH } from './expression.js';

/** Longer names are cut, so that what bears them fits on a line. */
const LONGEST_NAME = 60;

/**
 * The name of a type for whatever name something has.
 *
 * @example
 * typeName('registration.audio_too_large'); // 'RegistrationAudioTooLarge'
 */
export function typeName(...names: readonly string[]): string {
  const words = names.flatMap((name) => name.split(/[^A-Za-z0-9]+/)).filter((word) => word !== '');
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return (/^[A-Z]/.test(joined) ? joined : `Type${joined}`).slice(0, LONGEST_NAME);
}

/**
 * What a reference is called: by the name of the component, and by what leads from there to what is meant.
 *
 * @example
 * referenceName('/components/schemas/Work/properties/owner'); // 'WorkOwner'
 */
export function referenceName(pointer: string): string {
  const members = jsonPointer.split(pointer);
  const from = members[0] === 'components' ? 2 : 0;
  return typeName(
    ...members.slice(from).filter((member, index) => index === 0 || !/^(?:properties|\$defs|schema|content|items|allOf)$/.test(member)),
  );
}

/** What one of several is called. */
export function singular(plural: string): string {
  if (/[^aeiou]ies$/.test(plural)) return `${plural.slice(0, -3)}y`;
  return /[^s]s$/.test(plural) ? plural.slice(0, -1) : `${plural}Item`;
}

/**
 * A text as a literal, in single quotes unless that needs more escapes.
 *
 * @example
 * quote("it's"); // '"it\'s"'
 */
export function quote(text: string): string {
  const double = text.split("'").length > text.split('"').length;
  const json = JSON.stringify(text).slice(1, -1).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
  return double ? `"${json}"` : `'${json.replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** The name of a member, in quotes where TypeScript asks for them. */
export function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name);
}

/**
 * A comment for whoever points at what follows; nothing for nothing.
 *
 * @example
 * comment(['Why the chain refuses.'], '  '); // '  /** Why the chain refuses. *\/\n'
 */
export function comment(paragraphs: readonly string[], indent: string): string {
  const texts = paragraphs.map((text) => text.replaceAll('*/', '*\\/').replaceAll(/\s+/g, ' ').trim()).filter((text) => text !== '');
  const [first] = texts;
  if (first === undefined) return '';
  const whole = `${indent}/** ${first} */\n`;
  if (texts.length === 1 && whole.length <= WIDTH) return whole;
  const lines = texts.flatMap((text, index) => [...(index === 0 ? [] : ['']), ...wrap(text, WIDTH - indent.length - 3)]);
  return `${indent}/**\n${lines.map((line) => `${indent} *${line === '' ? '' : ` ${line}`}\n`).join('')}${indent} */\n`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
