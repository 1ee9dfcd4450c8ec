/** A workflow command as GitHub's runner reads it. */
export interface Annotation {
  readonly command: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

const MESSAGE: readonly (readonly [string, string])[] = [['%0D', '\r'], ['%0A', '\n'], ['%25', '%']]; // prettier-ignore
const PROPERTY: readonly (readonly [string, string])[] = [['%3A', ':'], ['%2C', ','], ...MESSAGE]; // prettier-ignore

const unescape = (text: string, escaped: readonly (readonly [string, string])[]): string =>
  escaped.reduce((rest, [code, character]) => rest.replaceAll(code, character), text);

/**
 * Reads a line of a log as the runner does (actions/runner, ActionCommand.TryParseV2): what begins with `::`, up to the next `::`, is a
 * command with its properties, and all that follows its data. `undefined` for a line that is none.
 */
export function readCommand(line: string): Annotation | undefined {
  const text = line.trimStart();
  const end = text.indexOf('::', 2);
  if (!text.startsWith('::') || end < 0) return undefined;
  const head = text.slice(2, end);
  const space = head.indexOf(' ');
  const list = space < 0 ? [] : head.slice(space + 1).split(',').filter((part) => part.trim() !== ''); // prettier-ignore
  const properties = list.map((part) => {
    const at = part.indexOf('=');
    return [part.slice(0, at).trim(), unescape(part.slice(at + 1).trim(), PROPERTY)] as const;
  });
  return {
    command: space < 0 ? head : head.slice(0, space),
    properties: Object.fromEntries(properties),
    message: unescape(text.slice(end + 2), MESSAGE),
  };
}
