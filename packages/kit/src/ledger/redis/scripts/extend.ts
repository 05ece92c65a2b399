// Made from lua/commands/extend.lua by scripts/build-lua.ts.
import type { Amounts, Argument, Int, Script, Shortfall, Text } from './script.ts'

export interface ExtendKeys {
  readonly reservation: string
  readonly deadlines: string
  readonly unconfirmed: string
  readonly meta: string
  /** Those of its path; none when the path is not known. */
  readonly accounts: readonly string[]
}

export interface ExtendArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  /** As in reserve. */
  readonly qSeen: Argument
  readonly qSafe: Argument
  readonly id: Argument
  /** As it was reserved; '' when it is not known. */
  readonly path: Argument
  /** Ms. */
  readonly ttl: Argument
  /** Totals: 'usd tokens requests' */
  readonly min: Argument
  /** Likewise. */
  readonly want: Argument
  /** Likewise: bought so far, counts as spent from now on. */
  readonly consumed: Argument
  /** Likewise: seen so far, counts as nothing until it expires. */
  readonly observed: Argument
}

export type ExtendReply =
  | readonly ['open', granted: Amounts, q: Int]
  | readonly ['revived', granted: Amounts, q: Int]
  | readonly ['denied', shortfall: Shortfall, q: Int]
  | readonly ['finished']
  | readonly ['unknown']
  /** Ask again with the accounts of this path. */
  | readonly ['path', path: Text]
  /** Only when it asks for more than it holds, as the next two. */
  | readonly ['recovering', until: Int]
  | readonly ['epoch', ep: Int, q: Int]
  | readonly ['rolled_back', ep: Int, q: Int]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * Raise an open reservation to new totals; lower ones are ignored. An expired one is open again. A denial
 * changes what was consumed, what was observed and the deadline, and nothing else. With totals of 0 it is a
 * heartbeat that also revives.
 */
export const extend: Script<ExtendKeys, ExtendArguments, ExtendReply> = {
  name: 'extend',
  sha1: '6e2998c4005eb20e14713bbdfffe690fa8b571b8',
  writes: true,
  keys: ['reservation', 'deadlines', 'unconfirmed', 'meta'],
  keyLists: ['accounts'],
  args: ['now', 'qSeen', 'qSafe', 'id', 'path', 'ttl', 'min', 'want', 'consumed', 'observed'],
  argLists: [],
  lua: `#!lua
local function is_overdrawn(line)
  return line.hard and line.overdraft > math.floor(line.limit / 100)
end
local function why_short(line, least, proven, full)
  if full then return 'exceeded' end
  if line.ended then return 'reserved' end
  if line.limit - (line.settled - line.unconfirmed) < least then return 'exceeded' end
  return not proven and is_overdrawn(line) and 'overdraft' or 'reserved'
end
local function ask(lines, min, want, proven, observe)
  local grant, denied, would = { want[1], want[2], want[3] }, {}, {}
  for _, line in ipairs(lines) do
    local metric = line.metric
    if want[metric] > 0 then
      local full = line.settled + line.reserved > 7881299347898368
      local left = line.limit - line.settled - line.reserved
      if full or line.ended or (not proven and is_overdrawn(line)) then left = 0 end
      local decides = full or (line.hard and not observe)
      if min[metric] > 0 and left < min[metric] then
        local list = decides and denied or would
        list[#list + 1] = { line = line, reason = why_short(line, min[metric], proven, full) }
      elseif decides and left < grant[metric] then
        grant[metric] = math.max(0, left)
      end
    end
  end
  return grant, denied, would
end
local function beyond(held, totals)
  local more = {}
  for metric = 1, 3 do more[metric] = math.max(0, totals[metric] - held[metric]) end
  return more
end
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
local function standing(line, granted)
  return {
    whole(line.place),
    whole(line.rule),
    whole(line.limit),
    whole(line.settled),
    whole(line.reserved + granted),
    whole(line.unconfirmed),
    line.ends and whole(line.ends) or '',
  }
end
local function shortfall(short)
  return { short.reason, unpack(standing(short.line, 0)) }
end
local function decisive(denied)
  local weights = { exceeded = 3, overdraft = 2, reserved = 1 }
  local chosen, least, latest
  for _, short in ipairs(denied) do
    local line = short.line
    local left, ends = line.limit - line.settled - line.reserved, line.ends or math.huge
    local weight = weights[short.reason]
    if not chosen or weight > weights[chosen.reason] then
      chosen, least, latest = short, left, ends
    elseif weight == weights[chosen.reason] then
      if left < least then chosen, least = short, left end
      latest = math.max(latest, ends)
    end
  end
  local reply = shortfall(chosen)
  reply[8] = latest < math.huge and whole(latest) or ''
  return reply
end
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
local function open_record(keys, id, record, due)
  local held, used, seen = from_amounts(record.a), from_amounts(record.u), from_amounts(record.o)
  redis.call('HSET', keys.reservation, 'st', 'open', 'a', held, 'u', used, 'o', seen, 'ttl', record.ttl,
    'ended', '')
  redis.call('ZADD', keys.deadlines, whole(due), id)
  redis.call('ZREM', keys.unconfirmed, id)
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
local function raised_limit(limit, raise, now)
  local amount, until_ms = string.match(raise, '^%+(%d+)@(%d+)$')
  return tonumber(limit) + (now < tonumber(until_ms) and tonumber(amount) or 0)
end
local function to_counter(text)
  if not text then return 0, 0, 0, 0 end
  local one, two, three, four = string.match(text, '^(%-?%d+) (%-?%d+) (%-?%d+) (%-?%d+)$')
  return tonumber(one), tonumber(two), tonumber(three), tonumber(four)
end
local function read_lines(lines, account, now)
  local rule, shape = 0, account.shape
  account.first_line = #lines + 1
  for mode, limit, raise in string.gmatch(account.limits, '(%a)(%d+)(%S*)') do
    local metric, window = string.byte(shape, 2 * rule + 1, 2 * rule + 2)
    if metric and metric > 48 then
      local settled, reserved, unconfirmed, overdraft = to_counter(account.counters[rule + 5])
      lines[#lines + 1] = {
        place = account.place,
        rule = rule,
        metric = metric - 48,
        hard = mode == 'h',
        limit = raise == '' and tonumber(limit) or raised_limit(limit, raise, now),
        ends = account.ends[window - 48],
        settled = settled,
        reserved = reserved,
        unconfirmed = unconfirmed,
        overdraft = overdraft,
      }
    end
    rule = rule + 1
  end
  account.last_line = #lines
end
local function read_kept_lines(record, keys, now, window_now)
  local windows, lines, place = kept_windows(record.windows), {}, 0
  for shape in string.gmatch(record.shapes, '%S+') do
    place = place + 1
    local account = read_charged(place, keys[place], shape, windows)
    if account.v then read_lines(lines, account, now) end
  end
  for _, line in ipairs(lines) do line.ended = line.ends ~= nil and line.ends <= window_now end
  return lines
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
local function to_amounts(text)
  local usd, tokens, requests = string.match(text, '^(%d+) (%d+) (%d+)$')
  assert(usd, 'amounts are "usd tokens requests"')
  return { tonumber(usd), tonumber(tokens), tonumber(requests) }
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
local function run_id()
  return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
end
local function refuse_epoch(meta, now, q_seen, q_safe)
  local behind = meta.q < q_seen
  if not behind and (now < meta.newest + 1000 or run_id() == meta.run_id) then return nil end
  local status = meta.q < q_safe and 'rolled_back' or 'epoch'
  return { status, whole(meta.epoch), whole(meta.q) }
end
local function refuse_recovering(meta, now)
  return now < meta.closed_until and { 'recovering', whole(meta.closed_until) } or nil
end
local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[4])
if not meta then return refusal end
local record = read_record(KEYS[1], now)
if not record then return { 'unknown' } end
if record.st == 'settled' or record.st == 'released' then return { 'finished' } end
if record.path ~= ARGV[5] then return { 'path', record.path } end
local accounts = { unpack(KEYS, 5) }
local min, want = beyond(record.a, to_amounts(ARGV[7])), beyond(record.a, to_amounts(ARGV[8]))
local more, denied = { 0, 0, 0 }, {}
if want[1] + want[2] + want[3] > 0 then
  refusal = refuse_epoch(meta, now, tonumber(ARGV[2]), tonumber(ARGV[3])) or refuse_recovering(meta, now)
  if refusal then return refusal end
  local lines = read_kept_lines(record, accounts, now, math.max(now, meta.newest))
  more, denied = ask(lines, min, want, record.bound == 'proven', record.observe == '1')
end
local after = copy_record(record)
after.st, after.ttl = 'open', ARGV[6]
if #denied == 0 then after.a = { record.a[1] + more[1], record.a[2] + more[2], record.a[3] + more[3] } end
local consumed = merge_amounts(math.min, to_amounts(ARGV[9]), after.a)
after.u = merge_amounts(math.max, record.u, consumed)
after.o = merge_amounts(math.max, record.o, to_amounts(ARGV[10]))
local keys = { reservation = KEYS[1], deadlines = KEYS[2], unconfirmed = KEYS[3] }
local due = now + tonumber(ARGV[6])
rebook(record, after, accounts)
open_record(keys, ARGV[4], after, due)
local q = count_change(KEYS[4])
if #denied > 0 then return { 'denied', decisive(denied), q } end
return { record.st == 'open' and 'open' or 'revived', from_amounts(after.a), q }
`,
}
