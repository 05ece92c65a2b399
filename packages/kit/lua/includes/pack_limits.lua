-- The limits of an account's rules as scripts read them, of the text that callers read: per rule, in 25
-- bytes, whether it is hard, its limit, its raise, and until when that lasts.
local function pack_limits(text)
  local caps = ''
  for mode, limit, raise in string.gmatch(text, '(%a)(%d+)(%S*)') do
    local amount, until_ms = string.match(raise, '^%+(%d+)@(%d+)$')
    caps = caps .. struct.pack('>Bddd', mode == 'h' and 1 or 0, limit, amount or 0, until_ms or 0)
  end
  return caps
end
