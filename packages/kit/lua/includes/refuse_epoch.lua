-- @include kept_of
-- @include run_id
-- @include whole
--
-- The reply when these may not be the books that the caller knows, else nil. What was lost shows in the
-- sequence, at once, and so does that they were taken over since; asking for the run id costs more than all else
-- here, so it is asked once in a second.
local function refuse_epoch(meta, now, q_seen, q_safe)
  local behind = meta.q < q_seen or (q_seen > 0 and q_seen < meta.since)
  if not behind and (now < meta.newest + 1000 or run_id() == meta.run_id) then return nil end
  local kept = kept_of(meta, q_seen)
  return { kept < q_safe and 'rolled_back' or 'epoch', whole(meta.epoch), whole(meta.q) }
end
