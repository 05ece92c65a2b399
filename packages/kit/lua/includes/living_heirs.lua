-- @include to_counter
--
-- The heirs of an account, without those whose window has ended and on which no open or expired reservation counts any
-- more: nobody asks again what they have counted. One from which a living one took over lives as well: it is how a
-- correction gets there.
local function living_heirs(key, heirs, time)
  local all, living, sources = {}, {}, {}
  for heir, from, to, ends in string.gmatch(heirs, '((%S+)>(%S+)@(%-?%d*))') do
    all[#all + 1] = { text = heir, from = from, to = to, ends = tonumber(ends) }
  end
  for at = #all, 1, -1 do
    local heir = all[at]
    local _, _, _, _, referrers = to_counter(redis.call('HGET', key, heir.to))
    if not heir.ends or heir.ends > time or referrers ~= 0 or sources[heir.to] then
      table.insert(living, 1, heir.text)
      sources[heir.from] = true
    end
  end
  return table.concat(living, ' ')
end
