-- @include booked_counters
-- @include differences
-- @include life_of
-- @include put_life
--
-- Book that a reservation is no longer what it was, on every counter of its path: all that is written is made
-- before the first of it is. An account that is gone is left gone; making it again would make it without limits. One that
-- somebody has made again is booked all of it, and is what it counts on from now on.
local function rebook(before, after, accounts)
  local changed, plans = differences(before, after), {}
  for at, account in ipairs(accounts) do
    plans[at] = booked_counters(account, account.fresh and differences(nil, after) or changed)
    if account.fresh then after.lives = put_life(after.lives, account.place, life_of(account)) end
  end
  for at, account in ipairs(accounts) do
    if #plans[at] > 0 then redis.call('HSET', account.key, unpack(plans[at])) end
  end
end
