import { expect } from 'chai';
import { NOON, ok, type Client } from '../sessions/support.js';
import { byNetwork, confirm, lastUse, NOT_PREPARED, paid, type Job, type Storm } from './support.js';

/** What was answered is kept, once, and what was not is kept as a whole or not at all. */
export async function expectKept(client: Client, jobs: readonly Job[], storm: Storm, key: { readonly id: string }): Promise<void> {
  expect(storm.strange).to.deep.equal([]);
  const transactions = await Promise.all(Array.from(storm.accepted.values(), (id) => client.transaction(id)));
  expect(transactions.map(({ status, at }) => [status, at('/id')])).to.deep.equal(Array.from(storm.accepted.values(), (id) => [200, id]));
  await expectListed(client, storm.requestIds);
  expect(await lastUse(client, key.id)).to.satisfy((time: unknown) => Date.parse(String(time)) === Date.parse(NOON));

  const before = await paid(client);
  const again = await Promise.all(jobs.map(async (job) => ({ job, seen: await confirm(client, job) })));
  const late = again.filter(({ seen }) => seen.status === 202).map(({ job }) => job);
  const confirmed = again.filter(({ seen }) => seen.status === 404 && seen.at('/error/code') === NOT_PREPARED).map(({ job }) => job);
  expect(late.length + confirmed.length).to.equal(jobs.length);
  const known = new Set([...storm.accepted.keys(), ...storm.refused]);
  expect(late.filter((job) => known.has(job))).to.deep.equal([]);
  // Paid as often as there were confirmed jobs, and in the end once for each.
  expect(before).to.deep.equal(byNetwork(confirmed));
  expect(await paid(client)).to.deep.equal(byNetwork(jobs));
  const last = await Promise.all(jobs.map((job) => confirm(client, job)));
  expect([...new Set(last.map(({ status }) => status))]).to.deep.equal([404]);
}

/** The journal has these requests, each once. */
async function expectListed(client: Client, requestIds: readonly string[]): Promise<void> {
  const { at } = ok(await client.admin('GET', '/requests'));
  const listed = JSON.stringify(at('/requests'));
  const times = (id: string): number => listed.split(id).length - 1;
  const once = Math.min(...requestIds.map(times));
  expect(requestIds.filter((id) => id === '' || times(id) === 0)).to.deep.equal([]);
  expect(requestIds.filter((id) => times(id) !== once)).to.deep.equal([]);
}
