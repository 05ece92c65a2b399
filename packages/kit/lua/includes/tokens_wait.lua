-- How long until a bucket has room for so many tokens more, ms; 0 when it has. Room for a whole minute's is room enough.
local function tokens_wait(used, need, tpm)
  return math.max(0, math.ceil((used + need - tpm * 60000) / tpm))
end
