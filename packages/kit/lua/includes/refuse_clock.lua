-- @include whole
--
-- The reply when the time of the books is more than a minute ahead of the caller's clock, else nil: one of the
-- clocks is wrong, or was, and nothing must be charged to a window that has yet to come.
local function refuse_clock(meta, now, clock)
  local newest = math.max(now, meta.newest)
  return newest > clock + 60000 and { 'clock', whole(newest) } or nil
end
