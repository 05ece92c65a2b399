-- @include place_of
--
-- The shape of a reservation on an account, with the rules that have taken over from its own since it was
-- admitted, and their windows behind its windows. A rule that it does not stand under, between those that it
-- does, is '00'; so is one for whose window there is no place left, which goes on holding what it took over.
local function inherit(shape, windows, heirs)
  local own = #shape / 2
  for from, window, to, heir, ends in string.gmatch(heirs, '(%d+):(%S-)>(%d+):(%S-)@(%-?%d*)') do
    from, to = tonumber(from), tonumber(to)
    local metric, place = string.match(shape, '^(.)(.)', 2 * from + 1)
    if to >= own and metric and metric ~= '0' and windows.ids[string.byte(place) - 48] == window then
      local heir_place = ends == '' and 0 or place_of(windows, heir, tonumber(ends))
      if heir_place then
        local before = shape .. string.rep('00', to - #shape / 2)
        local pair = metric .. string.char(48 + heir_place)
        shape = string.sub(before, 1, 2 * to) .. pair .. string.sub(before, 2 * to + 3)
      end
    end
  end
  return shape
end
