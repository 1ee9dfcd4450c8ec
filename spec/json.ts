/** Deeper bodies are refused: whatever walks a value recursively must not be driven out of its stack. */
export const DEEPEST_JSON = 200;

/**
 * Whether JSON nests deeper than so many levels: brackets outside of strings are counted. On text that is no JSON the answer does not matter.
 *
 * @example
 * deeperThan('[[1]]', 1); // true
 */
export function deeperThan(text: string, limit: number): boolean {
  // Hardly any text has so many brackets at all.
  if (atMost(text, '{', limit) + atMost(text, '[', limit) <= limit) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case 0x5b:
      case 0x7b:
        if (++depth > limit) return true;
        break;
      case 0x5d:
      case 0x7d:
        depth--;
    }
  }
  return false;
}

/** How often a character stands in a text; counted no further than is asked for. */
function atMost(text: string, character: string, most: number): number {
  let count = 0;
  for (let at = text.indexOf(character); at >= 0 && count <= most; at = text.indexOf(character, at + 1)) count++;
  return count;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === BACKSLASH) at++;
    else if (char === QUOTE) return at;
  }
  return text.length;
}
