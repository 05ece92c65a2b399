-- Where a scope stands: 'tokens whole_in running'. Tokens left, below zero for a debt; ms until its bucket has run
-- out; requests that run.
local function scope_text(scope, taken)
  local used, running = scope.used, scope.running
  if taken then used, running = used + scope.need, running + 1 end
  if not scope.tpm then return string.format('0 0 %d', running) end
  return string.format('%d %d %d', math.floor(scope.tpm - used / 60000), math.ceil(used / scope.tpm), running)
end
