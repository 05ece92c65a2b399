-- @include is_successor
-- @include kept_windows
-- @include read_charged
--
-- The accounts on which a reservation counts; without those that are gone. One that was made in the place of one that is
-- gone is `fresh`: it holds nothing of the reservation yet, and has nothing to give back. None where the shape is '-'.
local function read_kept_path(record, keys)
  local windows, accounts, place = kept_windows(record.windows), {}, 0
  local lives = string.gmatch(record.lives, '%S+')
  for shape in string.gmatch(record.shapes, '%S+') do
    place = place + 1
    local life, account = lives(), shape ~= '-' and read_charged(place, keys[place], shape, windows)
    if account and account.v then
      account.fresh = is_successor(account, life)
      if account.fresh ~= nil then accounts[#accounts + 1] = account end
    end
  end
  return accounts
end
