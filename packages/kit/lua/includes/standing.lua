-- @include whole
--
-- A line for the reply, with what it holds after a grant.
local function standing(line, granted)
  return {
    whole(line.place),
    whole(line.rule),
    whole(line.limit),
    whole(line.settled),
    whole(line.reserved + granted),
    whole(line.unconfirmed),
    line.ends and whole(line.ends) or '',
  }
end
