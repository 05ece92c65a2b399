-- @include to_amounts
--
-- A reservation's record, nil when there is none or when its tombstone has served its time.
local function read_record(key, now)
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
end
