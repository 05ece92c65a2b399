-- @include kept_windows
-- @include read_charged
--
-- The accounts that a reservation has been charged to; without those that are gone, or were when it was told again.
local function read_kept_path(record, keys)
  local windows, accounts, place = kept_windows(record.windows), {}, 0
  for shape in string.gmatch(record.shapes, '%S+') do
    place = place + 1
    local account = shape ~= '-' and read_charged(place, keys[place], shape, windows)
    if account and account.v then accounts[#accounts + 1] = account end
  end
  return accounts
end
