-- @include to_counter
--
-- The heirs of an account, without those whose window has ended and in which nothing is held or unconfirmed any more:
-- nobody asks again what they have counted.
local function living_heirs(key, heirs, time)
  local living = {}
  for heir, to, ends in string.gmatch(heirs, '(%S+>(%S+)@(%-?%d*))') do
    local _, reserved, unconfirmed = to_counter(redis.call('HGET', key, to))
    if ends == '' or tonumber(ends) > time or reserved ~= 0 or unconfirmed ~= 0 then
      living[#living + 1] = heir
    end
  end
  return table.concat(living, ' ')
end
