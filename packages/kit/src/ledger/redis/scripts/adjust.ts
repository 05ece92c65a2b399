// Made from lua/commands/adjust.lua by scripts/build-lua.ts.
import type { Account, Argument, Int, Script, Text } from './script.ts'

export interface AdjustKeys {
  readonly meta: string
  readonly adjustments: string
  readonly account: string
}

export interface AdjustArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  readonly id: Argument
  /** Of the account, as the caller has seen it. */
  readonly v: Argument
  /** Its number; 0 is the implicit total. */
  readonly rule: Argument
  /** Signed. */
  readonly delta: Argument
  /** Account, budget, reason: a text that only people read. */
  readonly note: Argument
  /** Of the rule, as in reserve; '' for one of all time. */
  readonly window: Argument
}

export type AdjustReply =
  | readonly ['ok', q: Int]
  | readonly ['repeat', q: Int]
  | readonly ['no_account']
  | readonly ['stale', stale: readonly Account[]]
  | readonly ['window', now: Int]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * Correct one counter of an account's current window by a signed amount. The correction is kept for ever
 * under its id, so that the books can always say why they differ from what was charged. Works when memory is
 * full.
 */
export const adjust: Script<AdjustKeys, AdjustArguments, AdjustReply> = {
  name: 'adjust',
  sha1: 'bd2e45355e59ce68a71e2f0069eb750979172cf1',
  writes: true,
  keys: ['meta', 'adjustments', 'account'],
  keyLists: [],
  args: ['now', 'id', 'v', 'rule', 'delta', 'note', 'window'],
  argLists: [],
  lua: `#!lua flags=allow-oom
local function choose_windows(given, first, time)
  local chosen = { ids = { [0] = 'total' }, ends = {}, texts = {}, fields = {}, own = {} }
  for at = first, #given do
    local found
    for text, id, starts, ends in string.gmatch(given[at], '((%S+) (%-?%d+) (%-?%d+))') do
      if tonumber(starts) <= time and time < tonumber(ends) then
        local place = at - first + 1
        chosen.texts[place], chosen.ids[place], chosen.ends[place] = text, id, tonumber(ends)
        found = true
        break
      end
    end
    if not found then return nil end
  end
  return chosen
end
local function whole(number)
  return string.format('%d', number)
end
local function count_change(meta_key)
  return whole(redis.call('HINCRBY', meta_key, 'q', 1))
end
local function describe_account(place, key)
  local found = redis.call('HMGET', key, 'v', 'rules', 'limits', 'auto', 'rev')
  local auto, revision = found[4] and '1' or '0', found[4] or found[5] or ''
  if not found[1] then auto = '' end
  return { whole(place), found[1] or '', found[2] or '', found[3] or '', auto, revision }
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
local function to_counter(text)
  if not text then return 0, 0, 0, 0 end
  local one, two, three, four = string.match(text, '^(%-?%d+) (%-?%d+) (%-?%d+) (%-?%d+)$')
  return tonumber(one), tonumber(two), tonumber(three), tonumber(four)
end
local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[1])
if not meta then return refusal end
if redis.call('HEXISTS', KEYS[2], ARGV[2]) == 1 then return { 'repeat', whole(meta.q) } end
local v = redis.call('HGET', KEYS[3], 'v')
if not v then return { 'no_account' } end
if v ~= ARGV[3] then return { 'stale', { describe_account(1, KEYS[3]) } } end
local newest = math.max(now, meta.newest)
local windows = choose_windows({ ARGV[7] }, ARGV[7] == '' and 2 or 1, newest)
if not windows then return { 'window', whole(newest) } end
local field = ARGV[4] .. ':' .. (windows.ids[1] or 'total')
local settled, reserved, unconfirmed, overdraft = to_counter(redis.call('HGET', KEYS[3], field))
local adjusted = string.format('%d %d %d %d', settled + tonumber(ARGV[5]), reserved, unconfirmed, overdraft)
redis.call('HSET', KEYS[3], field, adjusted)
redis.call('HSET', KEYS[2], ARGV[2], field .. ' ' .. ARGV[5] .. ' ' .. whole(now) .. ' ' .. ARGV[6])
return { 'ok', count_change(KEYS[1]) }
`,
}
