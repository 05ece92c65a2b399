-- @include own_windows
--
-- Whether an account's windows may become those that were chosen: each is the one it had, or starts when that
-- has ended. One that overlaps was made with another calendar or a wrong clock, and must not start anything
-- anew.
local function roll_windows(account, windows)
  local text, kept_text = own_windows(account.shape, windows), account.windows or ''
  if text == kept_text then return true end
  local chosen = string.gmatch(text, '[^;]+')
  for kept in string.gmatch(kept_text, '[^;]+') do
    local now = chosen()
    if now ~= kept then
      local ended = tonumber(string.match(kept, '(%-?%d+)$'))
      local starts = tonumber(string.match(now, '(%-?%d+) %-?%d+$'))
      if not ended or not starts or starts < ended then return false end
    end
  end
  account.rolled, account.before = text, kept_text
  return true
end
