-- @include kept_windows
-- @include read_charged
-- @include read_lines
--
-- Every rule that a reservation stands under, with the counter that it has been charged to. In a window that
-- has ended what is held stays, and nothing is added. An account that is gone has no say.
local function read_kept_lines(record, keys, now, window_now)
  local windows, lines, place = kept_windows(record.windows), {}, 0
  for shape in string.gmatch(record.shapes, '%S+') do
    place = place + 1
    local account = read_charged(place, keys[place], shape, windows)
    if account.v then read_lines(lines, account, now) end
  end
  for _, line in ipairs(lines) do line.ended = line.ends ~= nil and line.ends <= window_now end
  return lines
end
