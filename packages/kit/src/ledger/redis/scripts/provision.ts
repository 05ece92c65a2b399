// Made from lua/commands/provision.lua by scripts/build-lua.ts.
import type { Account, Argument, Int, Script, Text } from './script.ts'

export interface ProvisionKeys {
  readonly meta: string
  readonly known: string
  readonly account: string
}

export interface ProvisionArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  /** Its id. */
  readonly account: Argument
  /** The `v` that the caller has seen; '' when there was no such account. */
  readonly seenV: Argument
  /** The `limits` that the caller has seen; '' likewise. */
  readonly seenLimits: Argument
  /** Names `rules`: the same text, the same name, always. */
  readonly v: Argument
  /** What the rules are, for callers. */
  readonly rules: Argument
  /** Per rule, joined by spaces: h (hard), s (soft) or r (retired, and the total), then the limit, then for a raise +amount@until_ms: 'r7881299347898368 h500+100@1795305600000' */
  readonly limits: Argument
  /** Of the rules, as in reserve. */
  readonly shape: Argument
  /** Of the config that says so: a lower one never overwrites a higher; '' by hand. */
  readonly revision: Argument
  /** '1' leaves it an account that nobody provisioned; '' makes it somebody's own. */
  readonly auto: Argument
  /** 'new<old' per rule that takes over from another, joined by spaces; '' when none does. */
  readonly seeds: Argument
  /** As in reserve. */
  readonly windows: readonly Argument[]
}

export type ProvisionReply =
  | readonly ['ok', q: Int]
  | readonly ['unchanged', q: Int]
  /** Somebody has changed it meanwhile: plan again from this. */
  | readonly ['stale', stale: readonly Account[]]
  /** What is there was said by a higher revision. */
  | readonly ['older', revision: Int]
  | readonly ['window', now: Int]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * Make an account, or replace its budgets, if it still is what the caller has seen. Counters stay. A budget
 * that comes in another's place takes over what that one has counted in its current window, running
 * reservations included.
 *
 * What may never change under a rule (metric, window, zone, anchor) is in `rules`, a text that the caller
 * makes and only the caller reads; rules are numbered from 0 in its order, and are never taken out: one that
 * is no longer wanted is retired, which means that it counts and limits nothing. Rule 0 is the implicit
 * total.
 */
export const provision: Script<ProvisionKeys, ProvisionArguments, ProvisionReply> = {
  name: 'provision',
  sha1: 'e383d75849aad77e74e5be380a3824c65c15a4c6',
  writes: true,
  keys: ['meta', 'known', 'account'],
  keyLists: [],
  args: [
    'now',
    'account',
    'seenV',
    'seenLimits',
    'v',
    'rules',
    'limits',
    'shape',
    'revision',
    'auto',
    'seeds',
  ],
  argLists: [{ name: 'windows', fields: [] }],
  lua: `#!lua
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
local function to_counter(text)
  if not text then return 0, 0, 0, 0 end
  local one, two, three, four = string.match(text, '^(%-?%d+) (%-?%d+) (%-?%d+) (%-?%d+)$')
  return tonumber(one), tonumber(two), tonumber(three), tonumber(four)
end
local function idle_fields(account)
  local idle, keep = {}, {}
  if not account.before then return idle end
  for _, field in ipairs(account.fields) do keep[field] = true end
  local rule = 0
  for window in string.gmatch(account.before, '[^;]+') do
    keep[rule .. ':' .. string.match(window, '^%S+')] = true
    rule = rule + 1
  end
  local found = redis.call('HGETALL', account.key)
  for at = 1, #found, 2 do
    if string.find(found[at], '^%d+:') and not keep[found[at]] then
      local _, reserved, unconfirmed = to_counter(found[at + 1])
      if reserved == 0 and unconfirmed == 0 then idle[#idle + 1] = found[at] end
    end
  end
  return idle
end
local function now_ms(given)
  if given ~= '' then return tonumber(given) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function counter_fields(shape, windows)
  local fields = windows.fields[shape]
  if fields then return fields end
  fields = { 'v', 'limits', 'windows', 'auto' }
  for at = 1, #shape, 2 do
    local window = windows.ids[string.byte(shape, at + 1) - 48]
    fields[#fields + 1] = (at - 1) / 2 .. ':' .. window
  end
  windows.fields[shape] = fields
  return fields
end
local function read_account(place, key, shape, windows)
  local fields = counter_fields(shape, windows)
  local found = redis.call('HMGET', key, unpack(fields))
  return {
    place = place,
    key = key,
    shape = shape,
    v = found[1],
    limits = found[2],
    windows = found[3],
    auto = found[4],
    ends = windows.ends,
    fields = fields,
    counters = found,
  }
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
local function own_windows(shape, windows)
  local text = windows.own[shape]
  if text then return text end
  local own = {}
  for at = 2, #shape, 2 do
    own[#own + 1] = windows.texts[string.byte(shape, at) - 48] or 'total'
  end
  text = table.concat(own, ';')
  windows.own[shape] = text
  return text
end
local function roll_windows(account, windows)
  local text, kept_text = own_windows(account.shape, windows), account.windows or ''
  if text == kept_text then return true end
  local chosen = string.gmatch(text, '[^;]+')
  for kept in string.gmatch(kept_text, '[^;]+') do
    local now = chosen()
    if now ~= kept then
      local ended = tonumber(string.match(kept, '(%-?%d+)$'))
      local starts = tonumber(string.match(now, '(%-?%d+) %-?%d+$'))
      if not ended or not starts or starts < ended then return false end
    end
  end
  account.rolled, account.before = text, kept_text
  return true
end
local function take_over(account, seeds, windows, heirs)
  local writes = {}
  for new, old in string.gmatch(seeds, '(%d+)<(%d+)') do
    local from, to = account.fields[old + 5], account.fields[new + 5]
    local place = string.byte(account.shape, 2 * new + 2) - 48
    local ends = windows.ends[place] and string.format('%d', windows.ends[place]) or ''
    local counter = account.counters[old + 5]
    if counter then
      writes[#writes + 1] = to
      writes[#writes + 1] = counter
      heirs = heirs .. (heirs == '' and '' or ' ') .. from .. '>' .. to .. '@' .. ends
    end
  end
  return writes, heirs
end
local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[1])
if not meta then return refusal end
local newest = math.max(now, meta.newest)
local windows = choose_windows(ARGV, 12, newest)
if not windows then return { 'window', whole(newest) } end
local account = read_account(1, KEYS[3], ARGV[8], windows)
local seen = (account.v or '') == ARGV[3] and (account.limits or '') == ARGV[4]
local taken = ARGV[10] == '1' and account.v and not account.auto
if not seen or taken then return { 'stale', { describe_account(1, KEYS[3]) } } end
local kept = redis.call('HMGET', KEYS[3], 'rev', 'parent', 'heirs', 'rules')
local revision = ARGV[10] == '1' and account.auto or kept[1]
if ARGV[9] ~= '' and revision and tonumber(revision) > tonumber(ARGV[9]) then return { 'older', revision } end
local said = account.v == ARGV[5] and account.limits == ARGV[7] and kept[4] == ARGV[6]
local theirs = (ARGV[10] == '1') == (account.auto ~= false) and (ARGV[9] == '' or ARGV[9] == revision)
if said and theirs then return { 'unchanged', whole(meta.q) } end
if not roll_windows(account, windows) then return { 'window', whole(newest) } end
local writes, heirs = take_over(account, ARGV[11], windows, kept[3] or '')
local idle = idle_fields(account)
local current = account.rolled or account.windows
redis.call('HSET', KEYS[3], 'v', ARGV[5], 'rules', ARGV[6], 'limits', ARGV[7], 'windows', current)
if #writes > 0 then redis.call('HSET', KEYS[3], 'heirs', heirs, unpack(writes)) end
if #idle > 0 then redis.call('HDEL', KEYS[3], unpack(idle)) end
if ARGV[9] ~= '' then redis.call('HSET', KEYS[3], ARGV[10] == '1' and 'auto' or 'rev', ARGV[9]) end
if ARGV[10] ~= '1' and account.auto then
  redis.call('HDEL', KEYS[3], 'auto', 'parent')
  redis.call('HINCRBY', KEYS[2], 'under ' .. (kept[2] or ''), -1)
end
redis.call('HSET', KEYS[2], ARGV[2], 1)
return { 'ok', count_change(KEYS[1]) }
`,
}
