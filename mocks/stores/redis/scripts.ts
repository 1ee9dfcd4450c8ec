import { createHash } from 'node:crypto';
import { KNOWN_COMMITS, LOG_SIZE } from '../changes.js';

/** A script that Redis runs in one step, by the hash that it is asked for with. */
export interface Script {
  readonly text: string;
  readonly sha1: string;
}

/** What may be done to a world; `worlds` is asked of all that are listed together. */
export type Operation = 'create' | 'commit' | 'remove' | 'append' | 'forget' | 'worlds';

/** What the name of a sender has at its end where nothing but the journal of a world has changed. */
export const JOURNAL = '/journal';

/** How many keys a world has. */
export const KEYS_PER_WORLD = 5;

/**
 * The keys of a world, as every operation gets them: `world` is a hash: `version`, `entries` (the number of the last entry of the journal),
 * `generation` and `removals` (of the journal, once something is forgotten), `log` (the size of the log), and the records, by names that begin with `[`. So a Redis that evicts keys takes a world as a whole.
 */
const KEYS = 'local world, log, done, journal, worlds = KEYS[k + 1], KEYS[k + 2], KEYS[k + 3], KEYS[k + 4], KEYS[k + 5]';

const HELPERS = `
local channel, sender, counts = ARGV[1], ARGV[2], ARGV[3]
local ops, told, news = {}, {}, {}
local function whole(number) return string.format('%.0f', number) end
local function tell(name, part)
  local message = sender .. (part or '') .. ' ' .. name
  if not told[message] then told[message] = true; news[#news + 1] = message end
end
local function pairs_of(text, take)
  local at = 1
  while at <= #text do
    local middle = string.find(text, '\\n', at, true)
    local last = string.find(text, '\\n', middle + 1, true) or #text + 1
    take(string.sub(text, at, middle - 1), string.sub(text, middle + 1, last - 1))
    at = last + 1
  end
end
local function live(k, name, ttl)
  ${KEYS}
  local expires = 'inf'
  if ttl ~= '' then
    local now = redis.call('TIME')
    expires = whole(now[1] * 1000 + math.floor(now[2] / 1000) + ttl)
  end
  for _, key in ipairs({ world, log, done, journal }) do
    if ttl == '' then redis.call('PERSIST', key) else redis.call('PEXPIREAT', key, expires) end
  end
  redis.call('ZADD', worlds, expires, name)
end`;

/**
 * From `a`: ttl, lines with field, value, field, value... The first version is the time in microseconds: no world counts faster than that, so one that
 * is made again never has a version of its predecessor. What fails for want of memory has to come first: Redis ends a script that has
 * written.
 */
const CREATE = `
function ops.create(k, name, a)
  ${KEYS}
  if redis.call('EXISTS', world) == 1 then return false end
  local now = redis.call('TIME')
  local version = whole(now[1] * 1000000 + now[2])
  redis.call('HSET', world, 'version', version)
  redis.call('DEL', log, done, journal)
  pairs_of(ARGV[a + 1], function(field, value) redis.call('HSET', world, field, value) end)
  live(k, name, ARGV[a])
  tell(name)
  return version
end`;

/**
 * From `a`: version, id, ttl, then lines with field, value, field, value... of what is put, and the same of what is removed. An entry of the
 * log is all of these lines.
 */
const COMMIT = `
function ops.commit(k, name, a)
  ${KEYS}
  local version = redis.call('HGET', world, 'version')
  if not version then return { 'gone' } end
  local puts, removals = ARGV[a + 3], ARGV[a + 4]
  local changes = puts ~= '' and removals ~= '' and puts .. '\\n' .. removals or puts .. removals
  if changes ~= '' then
    local led = redis.call('ZSCORE', done, ARGV[a + 1])
    if led then return { 'done', whole(tonumber(led)) } end
  end
  if version ~= ARGV[a] then
    local behind = tonumber(version) - tonumber(ARGV[a])
    if behind < 0 or behind > redis.call('LLEN', log) then return { 'reload' } end
    return { 'missed', version, redis.call('LRANGE', log, -behind, -1) }
  end
  local ttl = ARGV[a + 2]
  if changes == '' then
    if ttl ~= '' then live(k, name, ttl) end
    return { 'done', version }
  end
  version = whole(redis.call('HINCRBY', world, 'version', 1))
  pairs_of(puts, function(field, value) redis.call('HSET', world, field, value) end)
  pairs_of(removals, function(field) redis.call('HDEL', world, field) end)
  redis.call('RPUSH', log, changes)
  local size = redis.call('HINCRBY', world, 'log', #changes)
  while size > ${LOG_SIZE} do
    local oldest = redis.call('LPOP', log)
    size = redis.call('HINCRBY', world, 'log', oldest and -#oldest or -size)
  end
  redis.call('ZADD', done, version, ARGV[a + 1])
  redis.call('ZREMRANGEBYRANK', done, 0, -${KNOWN_COMMITS + 1})
  live(k, name, ttl)
  tell(name)
  return { 'done', version }
end`;

const REMOVE = `
function ops.remove(k, name)
  ${KEYS}
  local there = redis.call('DEL', world)
  redis.call('DEL', log, done, journal)
  redis.call('ZREM', worlds, name)
  if there == 1 then tell(name) end
  return there
end`;

/** From `a`: how many are kept, then the entries. */
const APPEND = `
function ops.append(k, name, a, z)
  ${KEYS}
  if redis.call('EXISTS', world) == 0 then return 0 end
  local last = redis.call('HINCRBY', world, 'entries', z - a)
  for i = a + 1, z do redis.call('XADD', journal, whole(last - z + i) .. '-0', 'entry', ARGV[i]) end
  redis.call('XTRIM', journal, 'MAXLEN', ARGV[a])
  local left = redis.call('PTTL', world)
  if left >= 0 then redis.call('PEXPIRE', journal, left) end
  if z > a then tell(name, '${JOURNAL}') end
  return last
end`;

/** From `a`: the numbers, or nothing for all. */
const FORGET = `
function ops.forget(k, name, a, z)
  ${KEYS}
  if redis.call('EXISTS', world) == 0 then return 0 end
  if z < a then
    redis.call('DEL', journal)
    redis.call('HDEL', world, 'entries', 'removals')
    local now = redis.call('TIME')
    redis.call('HSET', world, 'generation', whole(now[1] * 1000000 + now[2]))
  else
    redis.call('HINCRBY', world, 'removals', 1)
  end
  for i = a, z do redis.call('XDEL', journal, ARGV[i] .. '-0') end
  tell(name, '${JOURNAL}')
  return 1
end`;

/** From `a`: how the key of a world begins. Redis may have evicted a world that is still listed. */
const WORLDS = `
function ops.worlds(k, name, a)
  ${KEYS}
  local now = redis.call('TIME')
  redis.call('ZREMRANGEBYSCORE', worlds, '-inf', whole(now[1] * 1000 + math.floor(now[2] / 1000)))
  local there = {}
  for _, one in ipairs(redis.call('ZRANGE', worlds, 0, -1)) do
    if redis.call('EXISTS', ARGV[a] .. one) == 1 then there[#there + 1] = one else redis.call('ZREM', worlds, one) end
  end
  return there
end`;

/**
 * From the fourth argument on, operations, one after the other: its name, after how many keys those of its world come, the name of the world,
 * how many arguments it has, and these. Each fails or succeeds by itself: `[result]`, or `[false, why]`. Those who listen are told at the end;
 * where all listeners are known here (`counts`), and the sender is the only one, nobody is.
 */
const RUN = `
local results = {}
local at = 4
while at <= #ARGV do
  local first = at + 4
  local last = first + ARGV[at + 3] - 1
  local ok, result = pcall(ops[ARGV[at]], tonumber(ARGV[at + 1]), ARGV[at + 2], first, last)
  if ok then results[#results + 1] = { result }
  else results[#results + 1] = { false, type(result) == 'table' and result.err or tostring(result) } end
  at = last + 1
end
if #news > 0 and (counts == '' or redis.call('PUBSUB', 'NUMSUB', channel)[2] > 1) then
  for _, message in ipairs(news) do redis.call('PUBLISH', channel, message) end
end
return results`;

/** All that a store does, and as much of it at once as there is to do. */
export const BATCH: Script = script([HELPERS, CREATE, COMMIT, REMOVE, APPEND, FORGET, WORLDS, RUN].join('\n'));

function script(text: string): Script {
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}
