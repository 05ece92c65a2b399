// Made from lua/commands/record.lua by scripts/build-lua.ts.
import type { Argument, Reservation, Script, Text } from './script.ts'

export interface RecordKeys {
  readonly reservation: string
  readonly meta: string
}

export interface RecordArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  readonly id: Argument
}

export type RecordReply =
  | readonly ['ok', record: Reservation]
  | readonly ['unknown']
  | readonly ['layout', lv: Text, unit: Text]

/**
 * One reservation, as it is kept.
 */
export const record: Script<RecordKeys, RecordArguments, RecordReply> = {
  name: 'record',
  sha1: '87b03dccf92b74bbabba070d60abcf6e9a6ec281',
  writes: false,
  keys: ['reservation', 'meta'],
  keyLists: [],
  args: ['now', 'id'],
  argLists: [],
  lua: `#!lua flags=no-writes
local function contribution(record, metric)
  local held, used = record.a[metric], record.u[metric]
  if record.st == 'open' then return { used, held - used, 0, 0 } end
  if record.st == 'expired' then return { held, 0, held - used, 0 } end
  if record.st == 'released' then return { used, 0, 0, 0 } end
  local charge = math.max(record.paid[metric], used)
  return { charge, 0, 0, math.max(0, charge - held) }
end
local function from_amounts(amounts)
  return string.format('%d %d %d', amounts[1], amounts[2], amounts[3])
end
local function describe_record(id, record)
  local charged = { contribution(record, 1)[1], contribution(record, 2)[1], contribution(record, 3)[1] }
  return { id, record.st, record.owner, record.path, record.memo, record.label, from_amounts(record.a),
    from_amounts(charged), from_amounts(record.o), from_amounts(record.u), record.at, record.ended, record.ttl,
    record.shapes, record.windows }
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
local meta, refusal = read_meta(KEYS[2])
if not meta then return refusal end
local record = read_record(KEYS[1], now_ms(ARGV[1]))
if not record then return { 'unknown' } end
return { 'ok', describe_record(ARGV[2], record) }
`,
}
