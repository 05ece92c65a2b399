// Made from lua/commands/heartbeat.lua by scripts/build-lua.ts.
import type { Argument, Int, Script, Text } from './script.ts'

export interface HeartbeatKeys {
  readonly deadlines: string
  readonly meta: string
  /** 0 to 100. */
  readonly reservations: readonly string[]
}

export interface HeartbeatArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  /** As in reserve. */
  readonly qSeen: Argument
  /** Ms. */
  readonly ttl: Argument
  /** What it has been seen to cost, 'usd tokens requests' */
  readonly beats: readonly {
    readonly id: Argument
    readonly observed: Argument
  }[]
}

export type HeartbeatReply =
  /** To extend with totals of 0; open no more. */
  | readonly ['ok', expired: readonly Text[], ended: readonly Text[], ep: Int, q: Int]
  /** Nothing was done: recover, re-assert, beat again. */
  | readonly ['epoch', ep: Int, q: Int]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * Move the deadlines of open reservations on, and note what each has been seen to cost so far. An expired one
 * is named, not revived: that moves money, and is `extend`'s.
 */
export const heartbeat: Script<HeartbeatKeys, HeartbeatArguments, HeartbeatReply> = {
  name: 'heartbeat',
  sha1: '798255b2fee2378c98f0d792523799ab5deab8d4',
  writes: true,
  keys: ['deadlines', 'meta'],
  keyLists: ['reservations'],
  args: ['now', 'qSeen', 'ttl'],
  argLists: [{ name: 'beats', fields: ['id', 'observed'] }],
  lua: `#!lua
local function from_amounts(amounts)
  return string.format('%d %d %d', amounts[1], amounts[2], amounts[3])
end
local function merge_amounts(merge, one, other)
  return { merge(one[1], other[1]), merge(one[2], other[2]), merge(one[3], other[3]) }
end
local function now_ms(given)
  if given ~= '' then return tonumber(given) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function read_meta(key)
  local found = redis.call('HMGET', key, 'lv', 'unit', 'q', 't', 'rid', 'ru', 'ep')
  if found[1] ~= '1' or found[2] ~= 'nano-USD' then
    return nil, { 'layout', found[1] or '', found[2] or '' }
  end
  return {
    q = tonumber(found[3]),
    newest = tonumber(found[4]),
    run_id = found[5],
    closed_until = tonumber(found[6]),
    epoch = tonumber(found[7]),
  }
end
local function run_id()
  return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
end
local function whole(number)
  return string.format('%d', number)
end
local function refuse_epoch(meta, now, q_seen, q_safe)
  local behind = meta.q < q_seen
  if not behind and (now < meta.newest + 1000 or run_id() == meta.run_id) then return nil end
  local status = meta.q < q_safe and 'rolled_back' or 'epoch'
  return { status, whole(meta.epoch), whole(meta.q) }
end
local function to_amounts(text)
  local usd, tokens, requests = string.match(text, '^(%d+) (%d+) (%d+)$')
  assert(usd, 'amounts are "usd tokens requests"')
  return { tonumber(usd), tonumber(tokens), tonumber(requests) }
end
local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[2])
if not meta then return refusal end
refusal = refuse_epoch(meta, now, tonumber(ARGV[2]), 0)
if refusal then return refusal end
local expired, ended, due, seen = {}, {}, whole(now + tonumber(ARGV[3])), {}
for at = 3, #KEYS do seen[at] = to_amounts(ARGV[2 * at - 1]) end
for at = 3, #KEYS do
  local id, found = ARGV[2 * at - 2], redis.call('HMGET', KEYS[at], 'st', 'o')
  if found[1] == 'open' then
    local observed = from_amounts(merge_amounts(math.max, to_amounts(found[2] or '0 0 0'), seen[at]))
    redis.call('HSET', KEYS[at], 'o', observed, 'ttl', ARGV[3])
    redis.call('ZADD', KEYS[1], due, id)
  elseif found[1] == 'expired' then
    expired[#expired + 1] = id
  else
    ended[#ended + 1] = id
  end
end
return { 'ok', expired, ended, whole(meta.epoch), whole(meta.q) }
`,
}
