import { removeWritten } from '../contracts.js';
import { expectOne } from './support.js';

describe('checkContract: our own members', () => {
  after(removeWritten);

  const CAUSES = 'x-causes: [empty, white space]';
  const LIST = 'Write a list of at least one cause, each in words of its own: [expired, used twice].';
  const EXTENSIONS: readonly [Record<string, string>, string, string][] = [
    [{ [CAUSES]: '¶x-causes: empty' }, 'x-causes is "empty"', LIST],
    [{ [CAUSES]: '¶x-causes: []' }, 'x-causes is []', LIST],
    [{ [CAUSES]: '¶x-causes: [empty, empty]' }, 'x-causes is ["empty","empty"]', LIST],
    [{ [CAUSES]: '¶x-causes: [empty, 2]' }, 'x-causes is ["empty",2]', LIST],
    [{ [CAUSES]: '¶x-cause: [empty]' }, 'x-cause is not read', 'Did you mean x-causes?'],
    [{ 'x-retry: never': '¶x-retry: always' }, 'x-retry is "always"', 'Write never, backoff or retry-after.'],
    [{ 'x-retry: never': '¶x-interpretation: [a]' }, 'x-interpretation is ["a"]', 'Write a sentence.'],
    [{ 'x-retry: never': "¶x-secret: 'yes'" }, 'x-secret is "yes"', 'Write true, or leave it out.'],
    [
      { 'x-violations: {minLength: name.empty}': '¶x-violations: name.empty' },
      'x-violations is "name.empty"',
      'Write the constraints with the code of each: {minLength: title.required}.',
    ],
    [
      { 'x-violations: {minLength: name.empty}': 'x-violations: {¶minLength: 422}' },
      'x-violations.minLength is 422',
      'Write the code that the API answers.',
    ],
    [
      { 'x-violations: {minLength: name.empty}': 'x-violations: {¶maxLength: name.empty}' },
      'x-violations names maxLength, which does not stand beside it',
      'Did you mean minLength?',
    ],
    [
      { 'x-violations: {minLength: name.empty}': 'x-violations: {¶uniqueItems: name.empty}' },
      'x-violations names uniqueItems, which does not stand beside it',
      'Write the constraint uniqueItems beside x-violations, or remove it there.',
    ],
    [
      { 'x-failures: [key.missing, key.unknown]': '¶x-failures: key.missing' },
      'x-failures is "key.missing"',
      'Write a list of distinct codes, in the order of refusal.',
    ],
    [
      { 'x-failures: [key.missing, key.unknown]': 'x-failures: [key.missing, ¶key.unkown]' },
      'x-failures of key names key.unkown, which no operation declares',
      'Did you mean key.unknown?',
    ],
    [
      { 'unknownRoute: thing.not_found': '¶unknownRoute: nothing' },
      'x-failpath.refusals.unknownRoute names nothing, which no operation declares',
      'Declare it, or name another code.',
    ],
    [{ 'x-failpath:': '¶x-failPath:' }, 'x-failPath is not read', 'Did you mean x-failpath?'],
    [{ 'refusals: {': '¶limit: {}\n  refusals: {' }, 'x-failpath.limit is not read', 'Did you mean limits?'],
    [
      { 'refusals: {': 'envelope: {¶code: error.code}\n  refusals: {' },
      'x-failpath.envelope.code: must be a JSON pointer such as /error/code',
      'Write it as docs/contract.md shows.',
    ],
  ];
  for (const [edits, what, remedy] of EXTENSIONS)
    it(`contract-extension: ${what}`, () => expectOne(edits, 'contract-extension', what, remedy));
});
