-- @include drop_entry
--
-- Take the entry that is worth least out of its shelf. Returns how many bytes came free and its rank, which becomes the
-- shelf's floor; nothing where there is none.
local function drop_least(bodies, ranks, expiries)
  local least = redis.call('ZRANGE', ranks, 0, 0, 'WITHSCORES')
  if not least[1] then return nil end
  return drop_entry(bodies, ranks, expiries, least[1]), tonumber(least[2])
end
