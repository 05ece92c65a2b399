-- @include counter_fields
--
-- An account with its counters in the windows that were chosen; `v` is false when it is not there. The
-- counter of rule n is the value at n + 5, its name at the same place of `fields`.
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
