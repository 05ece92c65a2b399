-- @include is_overdrawn
-- @include why_short
--
-- Ask every line, so that the answer names what really stands in the way: what can be granted between min and
-- want, which lines deny it, and which would if they were hard. A line denies only what needs something of
-- it. Beyond 2^53 - 2^50 the next sum might not be exact any more: that denies whatever the limit says.
local function ask(lines, min, want, proven, observe)
  local grant, denied, would = { want[1], want[2], want[3] }, {}, {}
  for _, line in ipairs(lines) do
    local metric = line.metric
    if want[metric] > 0 then
      local full = line.settled + line.reserved > 7881299347898368
      local left = line.limit - line.settled - line.reserved
      if full or line.ended or (not proven and is_overdrawn(line)) then left = 0 end
      local decides = full or (line.hard and not observe)
      if min[metric] > 0 and left < min[metric] then
        local list = decides and denied or would
        list[#list + 1] = { line = line, reason = why_short(line, min[metric], proven, full) }
      elseif decides and left < grant[metric] then
        grant[metric] = math.max(0, left)
      end
    end
  end
  return grant, denied, would
end
