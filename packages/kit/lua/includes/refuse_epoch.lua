-- @include kept_of
-- @include run_id
-- @include whole
--
-- The reply when these may not be the books that the caller knows, else nil. What was lost shows in the
-- sequence, at once, unless others have counted past it; and so does that they were taken over since. Asking for
-- the run id costs more than all else here, so it is asked once in a second: where the time that was last noted
-- is not of this one, be that before it or, on a server whose clock is behind, after it. Without `now` it is asked.
local function refuse_epoch(meta, now, q_seen, q_safe)
  local behind = meta.q < q_seen or (q_seen > 0 and q_seen < meta.since)
  local asked = now and math.abs(now - meta.newest) < 1000
  if not behind and (asked or run_id() == meta.run_id) then return nil end
  local kept = kept_of(meta, q_seen)
  return { kept < q_safe and 'rolled_back' or 'epoch', whole(meta.epoch), whole(meta.q) }
end
