import { createHash } from 'node:crypto';
import { KNOWN_COMMITS, LOG_SIZE } from '../changes.js';

/** A script that Redis runs in one step, by the hash that it is asked for with. */
export interface Script {
  readonly text: string;
  readonly sha1: string;
}

/**
 * The keys of a world, as every script gets them, and the first three arguments; those that a script names come after them. `world` is a hash: `version`, `entries` (the number of the last entry of the journal),
 * `log` (the size of the log), and the records, by names that begin with `[`. So a Redis that evicts keys takes a world as a whole.
 */
const KEYS = `
local world, log, done, journal, worlds = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local channel, sender, name = ARGV[1], ARGV[2], ARGV[3]
local function tell() redis.call('PUBLISH', channel, sender .. ' ' .. name) end
local function whole(number) return string.format('%.0f', number) end`;

/** Gives the world, and all that belongs to it, a lifetime; '' for one without end. */
const LIVE = `
local function live(ttl)
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
 * ARGV: ttl, field, value, field, value... The first version is the time in microseconds: no world counts faster than that, so one that is
 * made again never has a version of its predecessor. What fails for want of memory has to come first: Redis ends a script that has written.
 */
const CREATE = script(`${KEYS}${LIVE}
if redis.call('EXISTS', world) == 1 then return false end
local now = redis.call('TIME')
local version = whole(now[1] * 1000000 + now[2])
redis.call('HSET', world, 'version', version)
redis.call('DEL', log, done, journal)
for i = 5, #ARGV, 2 do redis.call('HSET', world, ARGV[i], ARGV[i + 1]) end
live(ARGV[4])
tell()
return version`);

/**
 * ARGV: version, id, ttl, how many are put, then field and value of each change, those that are put before those that are removed. An
 * entry of the log is the list of these fields and values.
 */
const COMMIT = script(`${KEYS}${LIVE}
local version = redis.call('HGET', world, 'version')
if not version then return { 'gone' } end
local first, changes = 8, #ARGV - 7
if changes > 0 then
  local led = redis.call('ZSCORE', done, ARGV[5])
  if led then return { 'done', whole(tonumber(led)) } end
end
if version ~= ARGV[4] then
  local behind = tonumber(version) - tonumber(ARGV[4])
  if behind < 0 or behind > redis.call('LLEN', log) then return { 'reload' } end
  return { 'missed', version, redis.call('LRANGE', log, -behind, -1) }
end
if changes == 0 then
  if ARGV[6] ~= '' then live(ARGV[6]) end
  return { 'done', version }
end
version = whole(redis.call('HINCRBY', world, 'version', 1))
local removed = first + 2 * ARGV[7]
for i = first, removed - 1, 2 do redis.call('HSET', world, ARGV[i], ARGV[i + 1]) end
for i = removed, #ARGV, 2 do redis.call('HDEL', world, ARGV[i]) end
local entry = '[' .. table.concat(ARGV, ',', first) .. ']'
redis.call('RPUSH', log, entry)
local size = redis.call('HINCRBY', world, 'log', #entry)
while size > ${LOG_SIZE} do
  local oldest = redis.call('LPOP', log)
  size = redis.call('HINCRBY', world, 'log', oldest and -#oldest or -size)
end
redis.call('ZADD', done, version, ARGV[5])
redis.call('ZREMRANGEBYRANK', done, 0, -${KNOWN_COMMITS + 1})
live(ARGV[6])
tell()
return { 'done', version }`);

const REMOVE = script(`${KEYS}
local there = redis.call('DEL', world)
redis.call('DEL', log, done, journal)
redis.call('ZREM', worlds, name)
if there == 1 then tell() end
return there`);

/** ARGV: how many are kept, then the entries. */
const APPEND = script(`${KEYS}
if redis.call('EXISTS', world) == 0 then return 0 end
local last = redis.call('HINCRBY', world, 'entries', #ARGV - 4)
for i = 5, #ARGV do redis.call('XADD', journal, whole(last - #ARGV + i) .. '-0', 'entry', ARGV[i]) end
redis.call('XTRIM', journal, 'MAXLEN', ARGV[4])
local left = redis.call('PTTL', world)
if left >= 0 then redis.call('PEXPIRE', journal, left) end
if #ARGV > 4 then tell() end
return last`);

/** ARGV: the numbers, or nothing for all. */
const FORGET = script(`${KEYS}
if redis.call('EXISTS', world) == 0 then return 0 end
if #ARGV == 3 then
  redis.call('DEL', journal)
  redis.call('HDEL', world, 'entries')
end
for i = 4, #ARGV do redis.call('XDEL', journal, ARGV[i] .. '-0') end
tell()
return 1`);

/** KEYS: the list of worlds. ARGV: how the key of a world begins. Redis may have evicted a world that is still listed. */
const WORLDS = script(`
local now = redis.call('TIME')
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now[1] * 1000 + math.floor(now[2] / 1000)))
local there = {}
for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if redis.call('EXISTS', ARGV[1] .. name) == 1 then there[#there + 1] = name else redis.call('ZREM', KEYS[1], name) end
end
return there`);

export const SCRIPTS = { create: CREATE, commit: COMMIT, remove: REMOVE, append: APPEND, forget: FORGET, worlds: WORLDS } as const;

function script(text: string): Script {
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}
