// Made from lua/commands/release.lua by scripts/build-lua.ts.
import type { Argument, Int, Script, Text } from './script.ts'

export interface ReleaseKeys {
  readonly reservation: string
  readonly deadlines: string
  readonly unconfirmed: string
  readonly meta: string
  /** Of the caller's day. */
  readonly rollup: string
  /** Those of its path; none when the path is not known. */
  readonly accounts: readonly string[]
}

export interface ReleaseArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  readonly id: Argument
  /** As it was reserved; '' when it is not known. */
  readonly path: Argument
}

export type ReleaseReply =
  | readonly ['released', q: Int]
  /** It was unknown, and is ended from now on. */
  | readonly ['tombstoned', q: Int]
  | readonly ['repeat', q: Int]
  /** It has been settled. */
  | readonly ['conflict', q: Int]
  /** Ask again with the accounts of this path. */
  | readonly ['path', path: Text]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * End a reservation that bought nothing; what was consumed stays charged. An unknown id gets a tombstone, so
 * that a reserve still on its way cannot come to life. Works when memory is full.
 */
export const release: Script<ReleaseKeys, ReleaseArguments, ReleaseReply> = {
  name: 'release',
  sha1: 'd841ed084b1226dd979bacb4cef0db4b82f1bc91',
  writes: true,
  keys: ['reservation', 'deadlines', 'unconfirmed', 'meta', 'rollup'],
  keyLists: ['accounts'],
  args: ['now', 'id', 'path'],
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
local function from_amounts(amounts)
  return string.format('%d %d %d', amounts[1], amounts[2], amounts[3])
end
local function tombstone_ms(ttl)
  return math.max(2 * (tonumber(ttl) or 0), 600000)
end
local function bury(key, record, now)
  local life = tombstone_ms(record.ttl)
  local kept = { 'st', record.st, 'a', from_amounts(record.a), 'u', from_amounts(record.u), 'paid',
    from_amounts(record.paid), 'basis', record.basis, 'gone', whole(now + life) }
  local rest = { 'path', record.path, 'shapes', record.shapes, 'windows', record.windows, 'ttl', record.ttl,
    'label', record.label, 'up', from_amounts(record.up) }
  redis.call('DEL', key)
  redis.call('HSET', key, unpack(kept))
  if record.basis ~= 'exact' then redis.call('HSET', key, unpack(rest)) end
  redis.call('PEXPIRE', key, life)
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
local function roll_up(key, record)
  local charged, label = {}, record.label
  for metric = 1, 3 do charged[metric] = contribution(record, metric)[1] end
  local more = { charged[1] - record.up[1], charged[2] - record.up[2], charged[3] - record.up[3] }
  if more[1] == 0 and more[2] == 0 and more[3] == 0 then return end
  record.up = charged
  local labels, sum = redis.call('HLEN', key), redis.call('HGET', key, label)
  if not sum and labels >= 10000 then
    label = ''
    sum = redis.call('HGET', key, label)
  end
  local usd, tokens, requests = string.match(sum or '0 0 0', '^(%-?%d+) (%-?%d+) (%-?%d+)$')
  redis.call('HSET', key, label, string.format('%d %d %d', usd + more[1], tokens + more[2], requests + more[3]))
  if labels == 0 then redis.call('PEXPIRE', key, 34560000000) end
end
local function end_reservation(keys, id, before, after, now)
  rebook(before, after, keys.accounts)
  roll_up(keys.rollup, after)
  bury(keys.reservation, after, now)
  if keys.deadlines then redis.call('ZREM', keys.deadlines, id) end
  redis.call('ZREM', keys.unconfirmed, id)
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
local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[4])
if not meta then return refusal end
local before = read_record(KEYS[1], now)
if before and before.st == 'settled' then return { 'conflict', whole(meta.q) } end
if before and before.st == 'released' then return { 'repeat', whole(meta.q) } end
if before and before.path ~= ARGV[3] then return { 'path', before.path } end
local after = before and copy_record(before) or lost_record('', '0', '0 0 0', '', '', '')
after.st = 'released'
local keys = { reservation = KEYS[1], deadlines = KEYS[2], unconfirmed = KEYS[3], rollup = KEYS[5] }
keys.accounts = { unpack(KEYS, 6) }
end_reservation(keys, ARGV[2], before, after, now)
if not before then return { 'tombstoned', whole(meta.q) } end
return { 'released', count_change(KEYS[4]) }
`,
}
