import type { YAMLMap } from 'yaml';
import type * as Yaml from 'yaml';
import { onDemand } from '../../spec/index.js';
import { wellFormed } from './answer.js';
import type { RuleDraft } from './rules.js';

const yaml = (): typeof Yaml => onDemand('yaml') as typeof Yaml;

/**
 * A script file with comments: above the whole, and above each rule that has something to say.
 *
 * @example
 * formatDocument([{ rule: { on: 'prepareWork', fails: 'registration.audio_empty' }, notes: [] }], ['Recorded by failpath.']);
 * // '# Recorded by failpath.\n\nrules:\n  - on: prepareWork\n    fails: registration.audio_empty\n'
 */
export function formatDocument(rules: readonly RuleDraft[], head: readonly string[], foot: readonly string[] = []): string {
  const { Document, isMap, isSeq } = yaml();
  const document = new Document({ rules: rules.map(({ rule }) => rule) }, { aliasDuplicateObjects: false });
  document.commentBefore = head.map(comment).join('\n');
  const list = document.get('rules');
  if (isSeq(list)) {
    if (list.items.length === 0) list.flow = true;
    rules.forEach(({ notes }, index) => {
      const node = list.items[index];
      if (!isMap(node)) return;
      if (notes.length > 0) node.commentBefore = notes.map(comment).join('\n');
      node.spaceBefore = index > 0;
      briefer(node);
    });
  }
  if (foot.length > 0) document.comment = foot.map(comment).join('\n');
  return document.toString({ lineWidth: 0 });
}

/** Short lists of codes fit on one line, as people would write them. */
function briefer(rule: YAMLMap): void {
  const answers = rule.get('answers');
  const { isMap, isSeq } = yaml();
  if (isSeq(answers) && answers.items.length <= 20 && answers.items.every((item) => !isMap(item))) answers.flow = true;
}

/** One line of a comment; what was seen on the wire may hold anything. */
function comment(text: string): string {
  return ` ${wellFormed(text)
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .slice(0, 1_000)}`;
}
