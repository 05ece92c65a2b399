-- @include whole
--
-- The reply while callers re-assert what they know and nothing new is admitted, else nil.
local function refuse_recovering(meta, now)
  return now < meta.closed_until and { 'recovering', whole(meta.closed_until) } or nil
end
