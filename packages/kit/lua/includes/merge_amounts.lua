-- Metric by metric, math.max or math.min of two amounts.
local function merge_amounts(merge, one, other)
  return { merge(one[1], other[1]), merge(one[2], other[2]), merge(one[3], other[3]) }
end
