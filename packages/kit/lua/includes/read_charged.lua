-- @include inherit
-- @include read_account
--
-- An account as a reservation has been charged to it: with the counters of the windows in which it was
-- admitted.
local function read_charged(place, key, shape, windows)
  local heirs = redis.call('HGET', key, 'heirs')
  if heirs then shape = inherit(shape, windows, heirs) end
  return read_account(place, key, shape, windows)
end
