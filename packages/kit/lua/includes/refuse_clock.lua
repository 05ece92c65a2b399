-- @include whole
--
-- The reply when the newest time would have to rise more than a minute beyond the caller's clock, else nil:
-- one of the two clocks is wrong, and the books must not be led into a window that has yet to come.
local function refuse_clock(meta, now, clock)
  local rises = now >= meta.newest + 1000
  return rises and now > clock + 60000 and { 'clock', whole(now) } or nil
end
