-- @include fields_of
-- @include inherit
--
-- An account as a reservation has been charged to it: with the counters of the windows in which it was
-- admitted. Where rules have taken over from its own since, theirs are read as well.
local function read_charged(place, key, shape, windows)
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
end
