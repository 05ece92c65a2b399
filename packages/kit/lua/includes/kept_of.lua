-- @include whole
--
-- How much of what a caller has seen is in the books: all up to this sequence. Books that were taken over count on
-- from far above, so that a sequence tells when it was seen: of what is older than a takeover they have what they
-- had when it came. The second value is that takeover, the first since then; nil when there was none.
local function kept_of(meta, q_seen)
  local kept, takeover = meta.q, nil
  if q_seen == 0 then return kept end
  for epoch = meta.epoch, 1, -1 do
    local noted = redis.call('HGET', meta.key, 'over:' .. whole(epoch)) or ''
    local since, had = string.match(noted, '^(%d+) (%d+)$')
    if not since or tonumber(since) <= q_seen then break end
    kept, takeover = tonumber(had), epoch
  end
  return kept, takeover
end
