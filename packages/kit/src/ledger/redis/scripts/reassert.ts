// Made from lua/commands/reassert.lua by scripts/build-lua.ts.
import type { Argument, Int, Script, Text } from './script.ts'

export interface ReassertKeys {
  readonly reservation: string
  readonly deadlines: string
  readonly unconfirmed: string
  readonly meta: string
  /** 1 to 8, those of its path. */
  readonly accounts: readonly string[]
}

export interface ReassertArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  readonly id: Argument
  readonly path: Argument
  /** Ms. */
  readonly ttl: Argument
  /** Totals: 'usd tokens requests' */
  readonly held: Argument
  /** Likewise. */
  readonly consumed: Argument
  /** Likewise. */
  readonly observed: Argument
  /** As they were reserved: one per account, joined by spaces. */
  readonly shapes: Argument
  /** 'id start end', joined by ';' */
  readonly windows: Argument
  readonly bound: Argument
  readonly observe: Argument
  readonly fingerprint: Argument
  readonly owner: Argument
  readonly memo: Argument
  readonly label: Argument
  /** Ms. */
  readonly reservedAt: Argument
}

export type ReassertReply =
  | readonly ['layout', lv: Text, unit: Text]
  /** It is there, and knows as much. */
  | readonly ['there', q: Int]
  | readonly ['raised', q: Int]
  /** Accounts that are gone are not charged. */
  | readonly ['made', q: Int]
  /** It has been settled or released. */
  | readonly ['finished', q: Int]
  /** Another path was reserved under this id. */
  | readonly ['path', path: Text]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * Tell the books of an open reservation that they may have lost: made again as it was admitted, whatever its
 * budgets have left, or raised to what the caller knows. The caller must hold it open. Works when memory is
 * full.
 */
export const reassert: Script<ReassertKeys, ReassertArguments, ReassertReply> = {
  name: 'reassert',
  sha1: '0d5b72040d507ee0f3bbef31fbbd9ec48d889294',
  writes: true,
  keys: ['reservation', 'deadlines', 'unconfirmed', 'meta'],
  keyLists: ['accounts'],
  args: [
    'now',
    'id',
    'path',
    'ttl',
    'held',
    'consumed',
    'observed',
    'shapes',
    'windows',
    'bound',
    'observe',
    'fingerprint',
    'owner',
    'memo',
    'label',
    'reservedAt',
  ],
  argLists: [],
  lua: `#!lua flags=allow-oom
local function copy_record(record)
  local copy = {}
  for name, value in pairs(record) do copy[name] = value end
  return copy
end
local function whole(number)
  return string.format('%d', number)
end
local function count_change(meta_key)
  return whole(redis.call('HINCRBY', meta_key, 'q', 1))
end
local function contribution(record, metric)
  local held, used = record.a[metric], record.u[metric]
  if record.st == 'open' then return { used, held - used, 0, 0 } end
  if record.st == 'expired' then return { held, 0, held - used, 0 } end
  if record.st == 'released' then return { used, 0, 0, 0 } end
  local charge = math.max(record.paid[metric], used)
  return { charge, 0, 0, math.max(0, charge - held) }
end
local function differences(before, after)
  local changed = {}
  for metric = 1, 3 do
    local new = contribution(after, metric)
    local old = before and contribution(before, metric) or { 0, 0, 0, 0 }
    local add = { new[1] - old[1], new[2] - old[2], new[3] - old[3], new[4] - old[4] }
    if add[1] ~= 0 or add[2] ~= 0 or add[3] ~= 0 or add[4] ~= 0 then changed[metric] = add end
  end
  return changed
end
local function to_amounts(text)
  local usd, tokens, requests = string.match(text, '^(%d+) (%d+) (%d+)$')
  assert(usd, 'amounts are "usd tokens requests"')
  return { tonumber(usd), tonumber(tokens), tonumber(requests) }
end
local function lost_record(path, ttl, held, shapes, windows, label)
  local none = { 0, 0, 0 }
  return {
    path = path, ttl = ttl, a = to_amounts(held), shapes = shapes, windows = windows, label = label,
    u = none, o = none, up = none, paid = none, basis = '', at = '', ended = '', owner = '', memo = '',
  }
end
local function merge_amounts(merge, one, other)
  return { merge(one[1], other[1]), merge(one[2], other[2]), merge(one[3], other[3]) }
end
local function now_ms(given)
  if given ~= '' then return tonumber(given) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function from_amounts(amounts)
  return string.format('%d %d %d', amounts[1], amounts[2], amounts[3])
end
local function open_record(keys, id, record, due)
  local held, used, seen = from_amounts(record.a), from_amounts(record.u), from_amounts(record.o)
  redis.call('HSET', keys.reservation, 'st', 'open', 'a', held, 'u', used, 'o', seen, 'ttl', record.ttl,
    'ended', '')
  redis.call('ZADD', keys.deadlines, whole(due), id)
  redis.call('ZREM', keys.unconfirmed, id)
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
local function read_record(key, now)
  local names = { 'st', 'gone', 'path', 'shapes', 'windows', 'ttl', 'at', 'ended', 'owner', 'memo', 'label',
    'bound', 'observe', 'fp', 'basis', 'a', 'u', 'o', 'paid', 'up' }
  local found = redis.call('HMGET', key, unpack(names))
  if not found[1] or (found[2] and tonumber(found[2]) <= now) then return nil end
  local record = {}
  for at = 1, 15 do record[names[at]] = found[at] or '' end
  for at = 16, 20 do record[names[at]] = to_amounts(found[at] or '0 0 0') end
  return record
end
local function to_counter(text)
  if not text then return 0, 0, 0, 0 end
  local one, two, three, four = string.match(text, '^(%-?%d+) (%-?%d+) (%-?%d+) (%-?%d+)$')
  return tonumber(one), tonumber(two), tonumber(three), tonumber(four)
end
local function booked_counters(account, changed)
  local writes = {}
  if not account.v then return writes end
  for rule = 0, #account.shape / 2 - 1 do
    local add = changed[string.byte(account.shape, 2 * rule + 1) - 48]
    if add then
      local settled, reserved, unconfirmed, overdraft = to_counter(account.counters[rule + 5])
      writes[#writes + 1] = account.fields[rule + 5]
      writes[#writes + 1] = string.format('%d %d %d %d', settled + add[1], reserved + add[2],
        unconfirmed + add[3], overdraft + add[4])
    end
  end
  return writes
end
local function kept_windows(text)
  local kept = { ids = { [0] = 'total' }, ends = {}, fields = {} }
  for id, ends in string.gmatch(text, '(%S+) %-?%d+ (%-?%d+);?') do
    kept.ids[#kept.ids + 1] = id
    kept.ends[#kept.ids] = tonumber(ends)
  end
  return kept
end
local function inherit(shape, windows, heirs)
  local own = #shape / 2
  for from, window, to, heir, ends in string.gmatch(heirs, '(%d+):(%S-)>(%d+):(%S-)@(%-?%d*)') do
    from, to = tonumber(from), tonumber(to)
    local metric, place = string.match(shape, '^(.)(.)', 2 * from + 1)
    if to >= own and metric and metric ~= '0' and windows.ids[string.byte(place) - 48] == window then
      local heir_place = 0
      if ends ~= '' then
        heir_place = #windows.ids + 1
        windows.ids[heir_place], windows.ends[heir_place] = heir, tonumber(ends)
      end
      local before = shape .. string.rep('00', to - #shape / 2)
      local pair = metric .. string.char(48 + heir_place)
      shape = string.sub(before, 1, 2 * to) .. pair .. string.sub(before, 2 * to + 3)
    end
  end
  return shape
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
local function read_charged(place, key, shape, windows)
  local heirs = redis.call('HGET', key, 'heirs')
  if heirs then shape = inherit(shape, windows, heirs) end
  return read_account(place, key, shape, windows)
end
local function rebook(before, after, keys)
  local changed = differences(before, after)
  if next(changed) == nil then return end
  local windows, plans = kept_windows(after.windows), {}
  for shape in string.gmatch(after.shapes, '%S+') do
    local place = #plans + 1
    plans[place] = booked_counters(read_charged(place, keys[place], shape, windows), changed)
  end
  for place, writes in ipairs(plans) do
    if #writes > 0 then redis.call('HSET', keys[place], unpack(writes)) end
  end
end
local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[4])
if not meta then return refusal end
local before = read_record(KEYS[1], now)
local closed = before and (before.st == 'settled' or before.st == 'released')
if closed then return { 'finished', whole(meta.q) } end
if before and before.path ~= ARGV[3] then return { 'path', before.path } end
local after = before and copy_record(before)
  or lost_record(ARGV[3], ARGV[4], '0 0 0', ARGV[8], ARGV[9], ARGV[15])
after.st, after.ttl = 'open', ARGV[4]
after.a = merge_amounts(math.max, after.a, to_amounts(ARGV[5]))
after.u = merge_amounts(math.max, after.u, to_amounts(ARGV[6]))
after.o = merge_amounts(math.max, after.o, to_amounts(ARGV[7]))
local status = not before and 'made' or next(differences(before, after)) and 'raised' or 'there'
local due = now + tonumber(ARGV[4])
rebook(before, after, { unpack(KEYS, 5) })
if not before then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'bound', ARGV[10], 'observe', ARGV[11], 'fp', ARGV[12], 'owner', ARGV[13],
    'path', ARGV[3], 'memo', ARGV[14], 'label', ARGV[15], 'shapes', ARGV[8], 'windows', ARGV[9], 'at', ARGV[16])
end
local keys = { reservation = KEYS[1], deadlines = KEYS[2], unconfirmed = KEYS[3] }
open_record(keys, ARGV[2], after, due)
return { status, count_change(KEYS[4]) }
`,
}
