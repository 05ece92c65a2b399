-- @include refuse_epoch
--
-- Whether these may not be the books that the caller knows. How a request ended is booked all the same, and not
-- counted: books that have lost changes must not seem to have caught up by what they are told again. Nor does the
-- caller hear how far they have come, so that it goes on to notice.
local function is_behind(meta, now, q_seen)
  if not refuse_epoch(meta, now, q_seen, 0) then return false end
  meta.q = 0
  return true
end
