/** The groups that routes are listed in, and what each is about. */
export const GROUPS: Readonly<Record<string, string>> = {
  rules: 'What the mock answers, in the words of script files.',
  mappings: "What the mock answers, as stubs in WireMock's JSON: the same rules.",
  requests: 'What has arrived, and how it was answered.',
  scenarios: 'Rules that depend on what happened before.',
  settings: 'What holds for every answer.',
  explain: 'What a request would be answered, and why.',
  clock: 'The time that the mock goes by.',
  world: 'The sandbox: who is known in it, and what is wrong below it.',
  sessions: 'Isolated worlds in one mock, and what leads back to them.',
  webhooks: 'What the API sends by itself, and what receivers have answered.',
  coverage: 'What clients have been shown, and how they behaved.',
  mock: 'The mock itself.',
  unsupported: "Routes of WireMock's that this mock refuses by name.",
};
