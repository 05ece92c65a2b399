// Made from lua/commands, which include these, by scripts/build-lua.ts.

const INCLUDES = {
  add_up: `local function add_up(key, label, usd, tokens, requests)
  local sum, labels = redis.call('HGET', key, label), nil
  if not sum then
    labels = redis.call('HLEN', key)
    if labels >= 10000 then
      label = ''
      sum = redis.call('HGET', key, label)
    end
  end
  local sums = { string.match(sum or '0 0 0', '^(%-?%d+) (%-?%d+) (%-?%d+)$') }
  redis.call('HSET', key, label,
    string.format('%d %d %d', sums[1] + usd, sums[2] + tokens, sums[3] + requests))
  if labels == 0 then redis.call('PEXPIRE', key, 34560000000) end
end`,
  answer_repeat: `local function answer_repeat(key, fingerprint, accounts, meta, now)
  local record = read_record(key, now)
  if not record then return nil end
  if record.st ~= 'open' then return { 'finished' } end
  if record.fp ~= fingerprint then return { 'conflict' } end
  local nothing, path = { 0, 0, 0 }, read_kept_path(record, accounts)
  local _, _, _, tight = ask(path, nothing, nothing, { now = now, newest = math.max(now, meta.newest) })
  local granted, told = from_amounts(record.a), redis.call('HGET', key, 'told')
  local tightest = tight and { standing(tight, 0) } or {}
  return { 'ok', '1', granted, record.windows, record.lives, tightest, from_told(told), whole(meta.q) }
end`,
  ask: `local function ask(accounts, min, want, terms)
  local now, grant, denied, would = terms.now, { want[1], want[2], want[3] }, {}, {}
  local tight, tight_rule, least = nil, 0, math.huge
  for at = 1, #accounts do
    local account = accounts[at]
    local shape, caps, counters, ends = account.shape, account.caps, account.counters, account.ends
    for rule = 0, rules_of(account) - 1 do
      local metric, window = string.byte(shape, 2 * rule + 1, 2 * rule + 2)
      metric = metric - 48
      if metric > 0 then
        local settled, reserved, _, overdraft = to_counter(counters[rule + 1])
        local hard, limit = limit_at(caps, rule, now)
        local held, needs = settled + reserved, min[metric]
        local left = limit - held
        local till = ends[window - 48]
        local ended = till and till <= terms.newest
        if metric == 1 and hard and not ended and left < least then tight, tight_rule, least = account, rule, left end
        if want[metric] > 0 then
          local full = held > 7881299347898368
          local overdrawn = not terms.proven and is_overdrawn(hard, limit, overdraft)
          if full or ended or overdrawn then left = 0 end
          local decides = full or (hard and not terms.observe)
          if needs > 0 and left < needs then
            local line, list = line_of(account, rule, now), decides and denied or would
            list[#list + 1] = { line = line, reason = why_short(line, needs, ended, overdrawn) }
          elseif decides and left < grant[metric] then
            grant[metric] = math.max(0, left)
          end
        end
      end
    end
  end
  return grant, denied, would, tight and line_of(tight, tight_rule, now)
end`,
  beyond: `local function beyond(held, totals)
  local more = {}
  for metric = 1, 3 do more[metric] = math.max(0, totals[metric] - held[metric]) end
  return more
end`,
  booked_counters: `local function booked_counters(account, changed)
  local writes, at, shape, counters, fields = {}, 0, account.shape, account.counters, account.fields
  for rule = 1, #shape / 2 do
    local add = changed[string.byte(shape, 2 * rule - 1) - 48]
    if add then
      local settled, reserved, unconfirmed, overdraft, referrers = to_counter(counters[rule])
      counters[rule] = from_counter(settled + add[1], reserved + add[2], unconfirmed + add[3],
        overdraft + add[4], referrers + add[5])
      writes[at + 1], writes[at + 2] = fields[rule], counters[rule]
      at = at + 2
    end
  end
  return writes
end`,
  bury: `local function bury(key, record, now)
  local life = tombstone_ms(record.ttl)
  redis.call('DEL', key)
  redis.call('HSET', key, 'st', record.st, 'a', from_amounts(record.a), 'u', from_amounts(record.u), 'paid',
    from_amounts(record.paid), 'basis', record.basis, 'gone', whole(now + life))
  if record.basis ~= 'exact' then
    redis.call('HSET', key, 'path', record.path, 'shapes', record.shapes, 'lives', record.lives, 'windows',
      record.windows, 'ttl', record.ttl, 'label', record.label, 'up', from_amounts(record.up))
  end
  redis.call('PEXPIRE', key, life)
end`,
  charges: `local function charges(record)
  local usd, tokens, requests = contribution(record, 1), contribution(record, 2), contribution(record, 3)
  return { usd, tokens, requests }
end`,
  choose_windows: `local function choose_windows(given, first, time)
  local ids, ends, texts = { [0] = 'total' }, {}, {}
  for at = first, #given do
    local place = at - first + 1
    for text, id, starts, till in string.gmatch(given[at], '((%S+) (%-?%d+) (%-?%d+))') do
      till = tonumber(till)
      if time < till and tonumber(starts) <= time then
        texts[place], ids[place], ends[place] = text, id, till
        break
      end
    end
    if not ids[place] then return nil end
  end
  local besides = { 'v', 'caps', 'windows', 'auto', 'born' }
  return { ids = ids, ends = ends, texts = texts, fields = {}, besides = besides, own = {} }
end`,
  contribution: `local function contribution(record, metric)
  local held, used = record.a[metric], record.u[metric]
  if record.st == 'open' then return used, held - used, 0, 0, 1 end
  if record.st == 'expired' then return held, 0, held - used, 0, 1 end
  if record.st == 'released' then return used, 0, 0, 0, 0 end
  local charge = math.max(record.paid[metric], used)
  return charge, 0, 0, math.max(0, charge - held), 0
end`,
  copy_record: `local function copy_record(record)
  return setmetatable({}, { __index = record })
end`,
  count_change: `local function count_change(meta_key, behind)
  if behind then return '0' end
  return whole(redis.call('HINCRBY', meta_key, 'q', 1))
end`,
  crossings: `local function crossings(accounts, record, percentages, terms)
  local crossed, now = {}, terms.now
  for _, account in ipairs(accounts) do
    for rule = 0, rules_of(account) - 1 do
      local metric, window = string.byte(account.shape, 2 * rule + 1, 2 * rule + 2)
      metric = metric - 48
      local charge = metric > 0 and contribution(record, metric) or 0
      local till = account.ends[window - 48]
      local ended = till and till <= terms.newest
      local _, limit, unraised = limit_at(account.caps, rule, now)
      if charge > 0 and not ended and unraised < 7881299347898368 then
        local settled = to_counter(account.counters[rule + 1])
        for percent in string.gmatch(percentages, '%d+') do
          local reached = part_of(limit, percent)
          if settled >= reached and settled - charge < reached then
            crossed[#crossed + 1] = { percent, unpack(standing(line_of(account, rule, now), 0)) }
          end
        end
      end
    end
  end
  return crossed
end`,
  decisive: `local function decisive(denied)
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
end`,
  describe_account: `local function describe_account(place, key)
  local found = redis.call('HMGET', key, 'v', 'rules', 'limits', 'auto', 'rev')
  local auto, revision = found[4] and '1' or '0', found[4] or found[5] or ''
  if not found[1] then auto = '' end
  return { whole(place), found[1] or '', found[2] or '', found[3] or '', auto, revision }
end`,
  describe_record: `local function describe_record(id, record)
  return { id, record.st, record.owner, record.path, record.memo, record.label, from_amounts(record.a),
    from_amounts(charges(record)), from_amounts(record.o), from_amounts(record.u), record.at, record.ended,
    record.ttl, record.shapes, record.windows }
end`,
  differences: `local function differences(before, after)
  local changed = {}
  for metric = 1, 3 do
    local settled, reserved, unconfirmed, overdraft, referrers = contribution(after, metric)
    if before then
      local had = { contribution(before, metric) }
      settled, reserved = settled - had[1], reserved - had[2]
      unconfirmed, overdraft = unconfirmed - had[3], overdraft - had[4]
      referrers = referrers - had[5]
    end
    if settled ~= 0 or reserved ~= 0 or unconfirmed ~= 0 or overdraft ~= 0 or referrers ~= 0 then
      changed[metric] = { settled, reserved, unconfirmed, overdraft, referrers }
    end
  end
  return changed
end`,
  end_reservation: `local function end_reservation(keys, id, before, after, accounts, now)
  rebook(before, after, accounts)
  roll_up(keys.rollup, after, accounts)
  bury(keys.reservation, after, now)
  local was = before and before.st or 'lost'
  if was == 'open' or was == 'lost' then redis.call('ZREM', keys.deadlines, id) end
  if was == 'expired' or was == 'lost' then redis.call('ZREM', keys.unconfirmed, id) end
end`,
  fields_of: `local function fields_of(shape, windows)
  local fields = windows.fields[shape]
  if fields then return fields end
  fields = {}
  for rule = 0, #shape / 2 - 1 do
    local window = windows.ids[string.byte(shape, 2 * rule + 2) - 48]
    fields[rule + 1] = rule .. ':' .. window
  end
  for _, name in ipairs(windows.besides) do fields[#fields + 1] = name end
  windows.fields[shape] = fields
  return fields
end`,
  from_amounts: `local function from_amounts(amounts)
  return string.format('%d %d %d', amounts[1], amounts[2], amounts[3])
end`,
  from_counter: `local function from_counter(settled, reserved, unconfirmed, overdraft, referrers)
  return struct.pack('>ddddd', settled, reserved, unconfirmed, overdraft, referrers)
end`,
  from_told: `local function from_told(text)
  local lists = {}
  for words in string.gmatch(text or '', '[^;]+') do
    local list = {}
    for word in string.gmatch(words .. ' ', '(%S*) ') do list[#list + 1] = word end
    lists[#lists + 1] = list
  end
  return lists
end`,
  idle_fields: `local function idle_fields(account)
  if not account.before then return {} end
  local idle, keep, rule = {}, {}, 0
  for _, field in ipairs(account.fields) do keep[field] = true end
  for window in string.gmatch(account.before, '[^;]+') do
    keep[rule .. ':' .. string.match(window, '^%S+')] = true
    rule = rule + 1
  end
  local found = redis.call('HGETALL', account.key)
  for at = 1, #found, 2 do
    if string.find(found[at], '^%d+:') and not keep[found[at]] then
      local _, _, _, _, referrers = to_counter(found[at + 1])
      if referrers == 0 then idle[#idle + 1] = found[at] end
    end
  end
  return idle
end`,
  inherit: `local function inherit(shape, windows, heirs)
  local own = #shape / 2
  for from, window, to, heir, ends in string.gmatch(heirs, '(%d+):(%S-)>(%d+):(%S-)@(%-?%d*)') do
    from, to = tonumber(from), tonumber(to)
    local metric, place = string.match(shape, '^(.)(.)', 2 * from + 1)
    if to >= own and metric and metric ~= '0' and windows.ids[string.byte(place) - 48] == window then
      local heir_place = ends == '' and 0 or place_of(windows, heir, tonumber(ends))
      if heir_place then
        local before = shape .. string.rep('00', to - #shape / 2)
        local pair = metric .. string.char(48 + heir_place)
        shape = string.sub(before, 1, 2 * to) .. pair .. string.sub(before, 2 * to + 3)
      end
    end
  end
  return shape
end`,
  is_behind: `local function is_behind(meta, now, q_seen)
  if not refuse_epoch(meta, now, q_seen, 0) then return false end
  meta.q = 0
  return true
end`,
  is_overdraft: `local function is_overdraft(record)
  for metric = 1, 3 do
    local _, _, _, overdraft = contribution(record, metric)
    if overdraft > 0 then return '1' end
  end
  return '0'
end`,
  is_overdrawn: `local function is_overdrawn(hard, limit, overdraft)
  return hard and overdraft > math.floor(limit / 100)
end`,
  is_successor: `local function is_successor(account, life)
  local born = (account.born or '0') .. '/'
  if not life or string.sub(life, 1, #born) == born then return false end
  return string.match(life, '/(.*)$') == account.v or nil
end`,
  keep_unbooked: `local function keep_unbooked(key, id, actual, basis, now)
  local kept = redis.call('HGET', key, id)
  if kept and string.match(kept, '^(%a+)') == 'exact' then return end
  redis.call('HSET', key, id, basis .. ' ' .. actual .. ' ' .. whole(now))
end`,
  kept_of: `local function kept_of(meta, q_seen)
  local kept, takeover = meta.q, nil
  if q_seen == 0 then return kept end
  for epoch = meta.epoch, 1, -1 do
    local noted = redis.call('HGET', meta.key, 'over:' .. whole(epoch)) or ''
    local since, had = string.match(noted, '^(%d+) (%d+)$')
    if not since or tonumber(since) <= q_seen then break end
    kept, takeover = tonumber(had), epoch
  end
  return kept, takeover
end`,
  kept_windows: `local function kept_windows(text)
  local kept = { ids = { [0] = 'total' }, ends = {}, fields = {}, besides = { 'v', 'caps', 'heirs', 'born' } }
  for id, ends in string.gmatch(text, '(%S+) %-?%d+ (%-?%d+);?') do
    kept.ids[#kept.ids + 1] = id
    kept.ends[#kept.ids] = tonumber(ends)
  end
  return kept
end`,
  life_of: `local function life_of(account)
  return (account.born or '0') .. '/' .. account.v
end`,
  limit_at: `local function limit_at(caps, rule, now)
  local hard, limit, raise, until_ms = struct.unpack('>Bddd', caps, 25 * rule + 1)
  return hard == 1, now < until_ms and limit + raise or limit, limit
end`,
  line_of: `local function line_of(account, rule, now)
  local settled, reserved, unconfirmed, overdraft = to_counter(account.counters[rule + 1])
  local hard, limit = limit_at(account.caps, rule, now)
  return {
    place = account.place,
    rule = rule,
    hard = hard,
    limit = limit,
    ends = account.ends[string.byte(account.shape, 2 * rule + 2) - 48],
    settled = settled,
    reserved = reserved,
    unconfirmed = unconfirmed,
    overdraft = overdraft,
  }
end`,
  lives_of: `local function lives_of(accounts)
  local lives = {}
  for place, account in ipairs(accounts) do lives[place] = life_of(account) end
  return table.concat(lives, ' ')
end`,
  living_heirs: `local function living_heirs(key, heirs, time)
  local all, living, sources = {}, {}, {}
  for heir, from, to, ends in string.gmatch(heirs, '((%S+)>(%S+)@(%-?%d*))') do
    all[#all + 1] = { text = heir, from = from, to = to, ends = tonumber(ends) }
  end
  for at = #all, 1, -1 do
    local heir = all[at]
    local _, _, _, _, referrers = to_counter(redis.call('HGET', key, heir.to))
    if not heir.ends or heir.ends > time or referrers ~= 0 or sources[heir.to] then
      table.insert(living, 1, heir.text)
      sources[heir.from] = true
    end
  end
  return table.concat(living, ' ')
end`,
  lost_record: `local function lost_record(told)
  local none = { 0, 0, 0 }
  local unsaid = {
    path = '', shapes = '', lives = '', windows = '', label = '', ttl = '0', a = none, u = none, o = none, up = none,
    paid = none, basis = '', at = '', ended = '', owner = '', memo = '',
  }
  return setmetatable(told, { __index = unsaid })
end`,
  merge_amounts: `local function merge_amounts(merge, one, other)
  return { merge(one[1], other[1]), merge(one[2], other[2]), merge(one[3], other[3]) }
end`,
  now_ms: `local function now_ms(given)
  if given ~= '' then return tonumber(given) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end`,
  open_record: `local function open_record(keys, id, record, due)
  local held, used, seen = from_amounts(record.a), from_amounts(record.u), from_amounts(record.o)
  redis.call('HSET', keys.reservation, 'st', 'open', 'a', held, 'u', used, 'o', seen, 'ttl', record.ttl,
    'lives', record.lives, 'ended', '')
  redis.call('ZADD', keys.deadlines, whole(due), id)
  redis.call('ZREM', keys.unconfirmed, id)
end`,
  own_windows: `local function own_windows(shape, windows)
  local text = windows.own[shape]
  if text then return text end
  local own = {}
  for at = 2, #shape, 2 do
    own[#own + 1] = windows.texts[string.byte(shape, at) - 48] or 'total'
  end
  text = table.concat(own, ';')
  windows.own[shape] = text
  return text
end`,
  pack_limits: `local function pack_limits(text)
  local caps = ''
  for mode, limit, raise in string.gmatch(text, '(%a)(%d+)(%S*)') do
    local amount, until_ms = string.match(raise, '^%+(%d+)@(%d+)$')
    caps = caps .. struct.pack('>Bddd', mode == 'h' and 1 or 0, limit, amount or 0, until_ms or 0)
  end
  return caps
end`,
  part_of: `local function part_of(limit, percent)
  local rest = limit % 100
  return (limit - rest) / 100 * percent + math.ceil(rest * percent / 100)
end`,
  place_of: `local function place_of(windows, id, ends)
  local places = #windows.ids
  for place = 1, places do
    if windows.ids[place] == id and windows.ends[place] == ends then return place end
  end
  if places == 207 then return nil end
  windows.ids[places + 1], windows.ends[places + 1] = id, ends
  return places + 1
end`,
  put_life: `local function put_life(lives, place, life)
  local at = 0
  local put = string.gsub(lives, '%S+', function()
    at = at + 1
    return at == place and life
  end)
  return put
end`,
  read_account: `local function read_account(place, key, shape, windows)
  local fields, rules = fields_of(shape, windows), #shape / 2
  local found = redis.call('HMGET', key, unpack(fields))
  return {
    place = place,
    key = key,
    shape = shape,
    ends = windows.ends,
    fields = fields,
    counters = found,
    v = found[rules + 1],
    caps = found[rules + 2],
    windows = found[rules + 3],
    auto = found[rules + 4],
    born = found[rules + 5],
  }
end`,
  read_charged: `local function read_charged(place, key, shape, windows)
  local fields, rules = fields_of(shape, windows), #shape / 2
  local found = redis.call('HMGET', key, unpack(fields))
  local heirs = found[rules + 3]
  local charged = heirs and inherit(shape, windows, heirs) or shape
  if charged ~= shape then
    shape, fields, rules = charged, fields_of(charged, windows), #charged / 2
    found = redis.call('HMGET', key, unpack(fields))
  end
  return {
    place = place,
    key = key,
    shape = shape,
    ends = windows.ends,
    fields = fields,
    counters = found,
    v = found[rules + 1],
    caps = found[rules + 2],
    born = found[rules + 4],
  }
end`,
  read_kept_path: `local function read_kept_path(record, keys)
  local windows, accounts, place = kept_windows(record.windows), {}, 0
  local lives = string.gmatch(record.lives, '%S+')
  for shape in string.gmatch(record.shapes, '%S+') do
    place = place + 1
    local life, account = lives(), shape ~= '-' and read_charged(place, keys[place], shape, windows)
    if account and account.v then
      account.fresh = is_successor(account, life)
      if account.fresh ~= nil then accounts[#accounts + 1] = account end
    end
  end
  return accounts
end`,
  read_meta: `local function read_meta(key)
  local found = redis.call('HMGET', key, 'lv', 'unit', 'q', 't', 'rid', 'ru', 'ep', 'since')
  if found[1] ~= '1' or found[2] ~= 'nano-USD' then
    return nil, { 'layout', found[1] or '', found[2] or '' }
  end
  return {
    key = key,
    q = tonumber(found[3]),
    newest = tonumber(found[4]),
    run_id = found[5],
    closed_until = tonumber(found[6]),
    epoch = tonumber(found[7]),
    since = tonumber(found[8] or '0'),
  }
end`,
  read_path: `local function read_path(keys, given, first, windows, options)
  local accounts, stale, parent = {}, {}, ''
  for place, key in ipairs(keys) do
    local at = first + 5 * (place - 1)
    local account = read_account(place, key, given[at + 2], windows)
    account.name, account.parent = given[at], parent
    if not account.v then
      account.unseen, account.v = true, given[at + 1]
      account.rules, account.limits = given[at + 3], given[at + 4]
      account.caps = pack_limits(account.limits)
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
end`,
  read_record: `local function read_record(key, now)
  local found = redis.call('HMGET', key, 'st', 'gone', 'path', 'shapes', 'windows', 'ttl', 'at', 'ended', 'owner',
    'memo', 'label', 'bound', 'observe', 'fp', 'basis', 'a', 'u', 'o', 'paid', 'up', 'lives')
  if not found[1] or (found[2] and tonumber(found[2]) <= now) then return nil end
  local none = { 0, 0, 0 }
  return {
    st = found[1],
    path = found[3] or '',
    shapes = found[4] or '',
    lives = found[21] or '',
    windows = found[5] or '',
    ttl = found[6] or '',
    at = found[7] or '',
    ended = found[8] or '',
    owner = found[9] or '',
    memo = found[10] or '',
    label = found[11] or '',
    bound = found[12] or '',
    observe = found[13] or '',
    fp = found[14] or '',
    basis = found[15] or '',
    a = to_amounts(found[16] or '0 0 0'),
    u = found[17] and to_amounts(found[17]) or none,
    o = found[18] and to_amounts(found[18]) or none,
    paid = found[19] and to_amounts(found[19]) or none,
    up = found[20] and to_amounts(found[20]) or none,
  }
end`,
  rebook: `local function rebook(before, after, accounts)
  local changed, plans = differences(before, after), {}
  for at, account in ipairs(accounts) do
    plans[at] = booked_counters(account, account.fresh and differences(nil, after) or changed)
    if account.fresh then after.lives = put_life(after.lives, account.place, life_of(account)) end
  end
  for at, account in ipairs(accounts) do
    if #plans[at] > 0 then redis.call('HSET', account.key, unpack(plans[at])) end
  end
end`,
  refuse_clock: `local function refuse_clock(meta, now, clock)
  local newest = math.max(now, meta.newest)
  return newest > clock + 60000 and { 'clock', whole(newest) } or nil
end`,
  refuse_epoch: `local function refuse_epoch(meta, now, q_seen, q_safe)
  local behind = meta.q < q_seen or (q_seen > 0 and q_seen < meta.since)
  local asked = now and math.abs(now - meta.newest) < 1000
  if not behind and (asked or run_id() == meta.run_id) then return nil end
  local kept = kept_of(meta, q_seen)
  return { kept < q_safe and 'rolled_back' or 'epoch', whole(meta.epoch), whole(meta.q) }
end`,
  refuse_recovering: `local function refuse_recovering(meta, now)
  return now < meta.closed_until and { 'recovering', whole(meta.closed_until) } or nil
end`,
  refuse_unseen: `local function refuse_unseen(known_key, account, parent, max_auto)
  local seen = redis.call('HMGET', known_key, account.name, 'under ' .. parent)
  if seen[1] then return 'gone' end
  if account.limits == '' then return 'unknown' end
  if tonumber(seen[2] or '0') >= max_auto then return 'too_many' end
  return nil
end`,
  roll_up: `local function roll_up(key, record, accounts)
  if #accounts == 0 or record.label == '-' then return end
  local charged, had = charges(record), record.up
  local usd, tokens, requests = charged[1] - had[1], charged[2] - had[2], charged[3] - had[3]
  if usd == 0 and tokens == 0 and requests == 0 then return end
  record.up = charged
  add_up(key, record.label, usd, tokens, requests)
end`,
  roll_windows: `local function roll_windows(account, windows)
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
end`,
  rules_of: `local function rules_of(account)
  return math.min(#account.shape / 2, #account.caps / 25)
end`,
  run_id: `local function run_id()
  return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
end`,
  settled_now: `local function settled_now(record, actual, basis)
  if not record then return 'lost', actual end
  if record.st == 'open' then return 'settled', actual end
  if record.st ~= 'settled' then return 'late', actual end
  local paid = record.paid
  local same = actual[1] == paid[1] and actual[2] == paid[2] and actual[3] == paid[3]
  if record.basis == 'exact' then return basis == 'exact' and not same and 'conflict' or 'repeat' end
  if basis == 'exact' then return 'settled', actual end
  local highest = merge_amounts(math.max, paid, actual)
  if highest[1] == paid[1] and highest[2] == paid[2] and highest[3] == paid[3] then return 'repeat' end
  return 'settled', highest
end`,
  shapes_of: `local function shapes_of(accounts)
  local shapes = {}
  for place, account in ipairs(accounts) do shapes[place] = account.shape end
  return table.concat(shapes, ' ')
end`,
  shortfall: `local function shortfall(short)
  return { short.reason, unpack(standing(short.line, 0)) }
end`,
  standing: `local function standing(line, granted)
  return {
    whole(line.place),
    whole(line.rule),
    whole(line.limit),
    whole(line.settled),
    whole(line.reserved + granted),
    whole(line.unconfirmed),
    line.ends and whole(line.ends) or '',
  }
end`,
  take_over: `local function take_over(account, seeds, windows, heirs)
  local writes = {}
  for new, old in string.gmatch(seeds, '(%d+)<(%d+)') do
    local from, to = account.fields[old + 1], account.fields[new + 1]
    local place = string.byte(account.shape, 2 * new + 2) - 48
    local ends = windows.ends[place] and string.format('%d', windows.ends[place]) or ''
    local counter = account.counters[old + 1]
    if counter then
      writes[#writes + 1] = to
      writes[#writes + 1] = counter
      heirs = heirs .. (heirs == '' and '' or ' ') .. from .. '>' .. to .. '@' .. ends
    end
  end
  return writes, heirs
end`,
  to_amounts: `local function to_amounts(text)
  local usd, tokens, requests = string.match(text, '^(%d+) (%d+) (%d+)$')
  assert(usd, 'amounts are "usd tokens requests"')
  return { tonumber(usd), tonumber(tokens), tonumber(requests) }
end`,
  to_counter: `local function to_counter(kept)
  if not kept then return 0, 0, 0, 0, 0 end
  return struct.unpack('>ddddd', kept)
end`,
  to_told: `local function to_told(lists)
  local texts = {}
  for at, words in ipairs(lists) do texts[at] = table.concat(words, ' ') end
  return table.concat(texts, ';')
end`,
  tombstone_ms: `local function tombstone_ms(ttl)
  return math.max(2 * (tonumber(ttl) or 0), 600000)
end`,
  whole: `local function whole(number)
  return string.format('%d', number)
end`,
  why_short: `local function why_short(line, least, ended, overdrawn)
  if line.settled + line.reserved > 7881299347898368 then return 'exceeded' end
  if ended then return 'reserved' end
  if line.limit - (line.settled - line.unconfirmed) < least then return 'exceeded' end
  return overdrawn and 'overdraft' or 'reserved'
end`,
  write_account: `local function write_account(account, writes, known_key, revision)
  if account.rolled then
    writes[#writes + 1] = 'windows'
    writes[#writes + 1] = account.rolled
  end
  if account.unseen then
    for _, value in ipairs({ 'v', account.v, 'rules', account.rules, 'limits', account.limits, 'caps', account.caps,
      'auto', revision, 'parent', account.parent, 'born', account.born }) do writes[#writes + 1] = value end
    redis.call('HSET', known_key, account.name, 1)
    redis.call('HINCRBY', known_key, 'under ' .. account.parent, 1)
  end
  redis.call('HSET', account.key, unpack(writes))
  if #account.idle > 0 then redis.call('HDEL', account.key, unpack(account.idle)) end
end`,
} as const

/** A script as Redis gets it. */
export function luaText(shebang: string, includes: readonly (keyof typeof INCLUDES)[], body: string): string {
  return [shebang, ...includes.map((name) => INCLUDES[name]), body, ''].join('\n')
}
