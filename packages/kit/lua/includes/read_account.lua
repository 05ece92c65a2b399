-- @include fields_of
--
-- An account with its counters in the windows that `choose_windows` chose; `v` is false when it is not there. The
-- counter of rule n is the value at n + 1, its name at the same place of `fields`.
local function read_account(place, key, shape, windows)
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
end
