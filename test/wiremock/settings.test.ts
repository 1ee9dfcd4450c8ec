import { expect } from 'chai';
import { settingsDelay } from '../../mocks/wiremock/index.js';

describe("WireMock's global settings", () => {
  it('delay every answer, or none', () => {
    expect(settingsDelay({ fixedDelay: 500 })).to.equal(500);
    expect(settingsDelay({})).to.equal(undefined);
  });
});
