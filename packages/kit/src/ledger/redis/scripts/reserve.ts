// Made from lua/commands/reserve.lua by scripts/build-lua.ts.
import type { Account, Amounts, Argument, Flag, Int, Script, Shortfall, Standing, Text } from './script.ts'

export interface ReserveKeys {
  readonly reservation: string
  readonly deadlines: string
  readonly meta: string
  readonly known: string
  /** 1 to 8, outermost first. */
  readonly accounts: readonly string[]
}

export interface ReserveArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  /** The caller's own time, ms. */
  readonly clock: Argument
  /** The highest sequence that the caller has seen of this org; 0 when none. */
  readonly qSeen: Argument
  /** The highest it had seen when its replay window began: what is lost before it stays lost. */
  readonly qSafe: Argument
  readonly id: Argument
  /** Ms. */
  readonly ttl: Argument
  /** 'usd tokens requests' */
  readonly min: Argument
  /** Likewise. */
  readonly want: Argument
  /** 'proven' or 'soft' */
  readonly bound: Argument
  /** '1' to report what would have been denied. */
  readonly observe: Argument
  /** Of everything that a repeat must ask the same. */
  readonly fingerprint: Argument
  readonly owner: Argument
  /** The account ids, as a text that only callers read. */
  readonly path: Argument
  /** For the audit record of one that expires; only callers read it. */
  readonly memo: Argument
  /** Under which the day's roll-up counts it. */
  readonly label: Argument
  /** Of the defaults that accounts nobody provisioned are to follow; 0 to follow none. */
  readonly revision: Argument
  /** How many of those one parent may have. */
  readonly maxAuto: Argument
  /** Rules and limits: defaults if it is absent, '' for none. */
  readonly accounts: readonly {
    readonly name: Argument
    readonly v: Argument
    readonly shape: Argument
    readonly rules: Argument
    readonly limits: Argument
  }[]
  /** 'id start end' of the window of now and of the next, joined by a space, ms. */
  readonly windows: readonly Argument[]
}

export type ReserveReply =
  | readonly [
      'ok',
      repeat: Flag,
      granted: Amounts,
      windows: Text,
      tightest: readonly Standing[],
      would: readonly Shortfall[],
      q: Int,
    ]
  | readonly ['denied', shortfall: Shortfall, q: Int]
  /** Unknown, gone or too_many; its place on the path, from 1. */
  | readonly ['no_account', account: Int, reason: Text]
  /** All accounts whose `v` is another, or that follow older defaults. */
  | readonly ['stale', stale: readonly Account[]]
  /** Not one of those given: make them anew for this time. */
  | readonly ['window', now: Int]
  /** The id has been settled, released or expired. */
  | readonly ['finished']
  /** It is open, with another fingerprint. */
  | readonly ['conflict']
  | readonly ['recovering', until: Int]
  /** Another server, or less than the caller has seen: recover. */
  | readonly ['epoch', ep: Int, q: Int]
  /** More is lost than can be re-asserted: an operator decides. */
  | readonly ['rolled_back', ep: Int, q: Int]
  /** The server's clock is more than a minute ahead of the caller's. */
  | readonly ['clock', now: Int]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * Reserve between min and want on every account of a path, or on none. A denial writes nothing.
 *
 * A shape says, per rule of an account and two characters each, its metric (1 usd, 2 tokens, 3 requests) and
 * its window (0 for all time, otherwise the place of that window among the arguments, as the character 48 +
 * place): '1011' is the implicit total and a budget in USD on the first window.
 */
export const reserve: Script<ReserveKeys, ReserveArguments, ReserveReply> = {
  name: 'reserve',
  sha1: '2c833bf1cf5fa6abdfc807b5d4acf2b0f66d9267',
  writes: true,
  keys: ['reservation', 'deadlines', 'meta', 'known'],
  keyLists: ['accounts'],
  args: [
    'now',
    'clock',
    'qSeen',
    'qSafe',
    'id',
    'ttl',
    'min',
    'want',
    'bound',
    'observe',
    'fingerprint',
    'owner',
    'path',
    'memo',
    'label',
    'revision',
    'maxAuto',
  ],
  argLists: [
    { name: 'accounts', fields: ['name', 'v', 'shape', 'rules', 'limits'] },
    { name: 'windows', fields: [] },
  ],
  lua: `#!lua
local function from_amounts(amounts)
  return string.format('%d %d %d', amounts[1], amounts[2], amounts[3])
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
local function whole(number)
  return string.format('%d', number)
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
local function tightest(lines, granted)
  local found, least = nil, math.huge
  for _, line in ipairs(lines) do
    if line.metric == 1 and line.hard then
      local left = line.limit - line.settled - line.reserved
      if left < least then found, least = line, left end
    end
  end
  return found and { standing(found, granted) } or {}
end
local function answer_repeat(key, fingerprint, accounts, meta, now)
  local record = read_record(key, now)
  if not record then return nil end
  if record.st ~= 'open' then return { 'finished' } end
  if record.fp ~= fingerprint then return { 'conflict' } end
  local lines = read_kept_lines(record, accounts, now, now)
  local granted = from_amounts(record.a)
  return { 'ok', '1', granted, record.windows, tightest(lines, 0), {}, whole(meta.q) }
end
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
local function count_change(meta_key)
  return whole(redis.call('HINCRBY', meta_key, 'q', 1))
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
local function hold(account, lines, grant)
  local writes = {}
  for at = account.first_line, account.last_line do
    local line = lines[at]
    writes[#writes + 1] = account.fields[line.rule + 5]
    writes[#writes + 1] = string.format('%d %d %d %d', line.settled, line.reserved + grant[line.metric],
      line.unconfirmed, line.overdraft)
  end
  return writes
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
local function describe_account(place, key)
  local found = redis.call('HMGET', key, 'v', 'rules', 'limits', 'auto', 'rev')
  local auto, revision = found[4] and '1' or '0', found[4] or found[5] or ''
  if not found[1] then auto = '' end
  return { whole(place), found[1] or '', found[2] or '', found[3] or '', auto, revision }
end
local function refuse_unseen(known_key, account, parent, max_auto)
  local seen = redis.call('HMGET', known_key, account.name, 'under ' .. parent)
  if seen[1] then return 'gone' end
  if account.limits == '' then return 'unknown' end
  if tonumber(seen[2] or '0') >= max_auto then return 'too_many' end
  return nil
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
local function read_path(keys, given, first, windows, options)
  local accounts, stale, parent = {}, {}, ''
  for place, key in ipairs(keys) do
    local at = first + 5 * (place - 1)
    local account = read_account(place, key, given[at + 2], windows)
    account.name, account.parent = given[at], parent
    if not account.v then
      account.unseen, account.v = true, given[at + 1]
      account.rules, account.limits = given[at + 3], given[at + 4]
      local reason = refuse_unseen(options.known, account, parent, options.max_auto)
      if reason then return nil, { 'no_account', whole(place), reason } end
    elseif account.v ~= given[at + 1] or tonumber(account.auto or options.revision) < options.revision then
      stale[#stale + 1] = describe_account(place, key)
    end
    accounts[place], parent = account, account.name
  end
  if #stale > 0 then return nil, { 'stale', stale } end
  for _, account in ipairs(accounts) do
    if not roll_windows(account, windows) then return nil end
  end
  return accounts
end
local function refuse_clock(meta, now, clock)
  local rises = now >= meta.newest + 1000
  return rises and now > clock + 60000 and { 'clock', whole(now) } or nil
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
local function shapes_of(accounts)
  local shapes = {}
  for place, account in ipairs(accounts) do shapes[place] = account.shape end
  return table.concat(shapes, ' ')
end
local function write_account(account, writes, known_key, revision)
  if account.rolled then
    writes[#writes + 1] = 'windows'
    writes[#writes + 1] = account.rolled
  end
  if account.unseen then
    for _, value in ipairs({ 'v', account.v, 'rules', account.rules, 'limits', account.limits, 'auto', revision,
      'parent', account.parent }) do writes[#writes + 1] = value end
    redis.call('HSET', known_key, account.name, 1)
    redis.call('HINCRBY', known_key, 'under ' .. account.parent, 1)
  end
  redis.call('HSET', account.key, unpack(writes))
  if #account.idle > 0 then redis.call('HDEL', account.key, unpack(account.idle)) end
end
local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[3])
if not meta then return refusal end
local keys = { unpack(KEYS, 5) }
refusal = refuse_epoch(meta, now, tonumber(ARGV[3]), tonumber(ARGV[4]))
  or refuse_recovering(meta, now)
  or refuse_clock(meta, now, tonumber(ARGV[2]))
local there = redis.call('EXISTS', KEYS[1]) == 1
if there and not refusal then refusal = answer_repeat(KEYS[1], ARGV[11], keys, meta, now) end
if refusal then return refusal end
local newest = math.max(now, meta.newest)
local windows = choose_windows(ARGV, 18 + 5 * #keys, newest)
if not windows then return { 'window', whole(newest) } end
local accounts
accounts, refusal = read_path(keys, ARGV, 18, windows, {
  known = KEYS[4],
  revision = tonumber(ARGV[16]),
  max_auto = tonumber(ARGV[17]),
})
if not accounts then return refusal or { 'window', whole(newest) } end
local lines = {}
for _, account in ipairs(accounts) do read_lines(lines, account, now) end
local min, want = to_amounts(ARGV[7]), to_amounts(ARGV[8])
local grant, denied, would = ask(lines, min, want, ARGV[9] == 'proven', ARGV[10] == '1')
if #denied > 0 then return { 'denied', decisive(denied), whole(meta.q) } end
for _, account in ipairs(accounts) do account.idle = idle_fields(account) end
local granted, kept_windows = from_amounts(grant), table.concat(windows.texts, ';')
local due = whole(now + tonumber(ARGV[6]))
for _, account in ipairs(accounts) do
  write_account(account, hold(account, lines, grant), KEYS[4], ARGV[16])
end
if there then redis.call('DEL', KEYS[1]) end
redis.call('HSET', KEYS[1], 'st', 'open', 'a', granted, 'fp', ARGV[11], 'bound', ARGV[9], 'observe', ARGV[10],
  'ttl', ARGV[6], 'at', whole(now), 'owner', ARGV[12], 'path', ARGV[13], 'memo', ARGV[14], 'label', ARGV[15],
  'shapes', shapes_of(accounts), 'windows', kept_windows)
redis.call('ZADD', KEYS[2], due, ARGV[5])
if now >= meta.newest + 1000 then redis.call('HSET', KEYS[3], 't', whole(now)) end
for at, short in ipairs(would) do would[at] = shortfall(short) end
return { 'ok', '0', granted, kept_windows, tightest(lines, grant[1]), would, count_change(KEYS[3]) }
`,
}
