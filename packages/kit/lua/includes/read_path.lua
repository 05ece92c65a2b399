-- @include describe_account
-- @include pack_limits
-- @include read_account
-- @include refuse_unseen
-- @include roll_windows
-- @include whole
--
-- The accounts of a path as their callers have described them, or nil and why they cannot be charged; nil
-- alone when it is for the windows. `given` holds, from `first` on, five arguments an account: name, v,
-- shape, rules, limits.
local function read_path(keys, given, first, windows, options)
  local accounts, stale, parent = {}, {}, ''
  for place, key in ipairs(keys) do
    local at = first + 5 * (place - 1)
    local account = read_account(place, key, given[at + 2], windows)
    account.name, account.parent = given[at], parent
    if not account.v then
      account.unseen, account.v = true, given[at + 1]
      account.rules, account.limits = given[at + 3], given[at + 4]
      account.caps = pack_limits(account.limits)
      local reason = refuse_unseen(options.known, account, parent, options.max_auto)
      if reason then return nil, { 'no_account', whole(place), reason } end
    elseif account.v ~= given[at + 1] or tonumber(account.auto or options.revision) < options.revision then
      stale[#stale + 1] = describe_account(place, key)
    end
    accounts[place], parent = account, account.name
  end
  if #stale > 0 then return nil, { 'stale', stale } end
  for _, account in ipairs(accounts) do
    if not roll_windows(account, windows) then return nil end
  end
  return accounts
end
