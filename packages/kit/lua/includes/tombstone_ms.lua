-- How long a closed record answers repeats: longer than anybody goes on retrying.
local function tombstone_ms(ttl)
  return math.max(2 * (tonumber(ttl) or 0), 600000)
end
