// Made from lua/commands/read.lua by scripts/build-lua.ts.
import type { Argument, Int, Script, State, Text } from './script.ts'

export interface ReadKeys {
  readonly meta: string
  /** 1 to 100. */
  readonly accounts: readonly string[]
}

export interface ReadArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  /** As the caller has seen them; '' for an account it has not seen. */
  readonly accounts: readonly {
    readonly v: Argument
    readonly shape: Argument
  }[]
  /** As in reserve. */
  readonly windows: readonly Argument[]
}

export type ReadReply =
  /** In the order of the keys; windows as in reserve. */
  | readonly ['ok', accounts: readonly State[], windows: Text, q: Int]
  | readonly ['window', now: Int]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * Where accounts stand in their windows of now.
 */
export const read: Script<ReadKeys, ReadArguments, ReadReply> = {
  name: 'read',
  sha1: 'c132dbb1d9ce5309bcc1199a13d88a76155f8479',
  writes: false,
  keys: ['meta'],
  keyLists: ['accounts'],
  args: ['now'],
  argLists: [
    { name: 'accounts', fields: ['v', 'shape'] },
    { name: 'windows', fields: [] },
  ],
  lua: `#!lua flags=no-writes
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
local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[1])
if not meta then return refusal end
local newest = math.max(now, meta.newest)
local windows = choose_windows(ARGV, 2 * #KEYS, newest)
if not windows then return { 'window', whole(newest) } end
local states = {}
for at = 2, #KEYS do
  local v, shape = ARGV[2 * at - 2], ARGV[2 * at - 1]
  local account = read_account(at - 1, KEYS[at], shape, windows)
  if account.v == v and v ~= '' then
    local state = { 'ok', account.limits }
    for counter = 5, #account.fields do state[counter - 2] = account.counters[counter] or '0 0 0 0' end
    states[at - 1] = state
  else
    states[at - 1] = { 'stale', unpack(describe_account(at - 1, KEYS[at])) }
  end
end
return { 'ok', states, table.concat(windows.texts, ';'), whole(meta.q) }
`,
}
