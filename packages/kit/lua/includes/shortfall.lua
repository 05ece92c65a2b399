-- @include standing
--
-- A line that has too little left, for the reply.
local function shortfall(short)
  return { short.reason, unpack(standing(short.line, 0)) }
end
