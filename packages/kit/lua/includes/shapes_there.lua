-- The shapes of a path; '-' for an account that is gone: should it be made again, it has never been charged for
-- what is told of now, and has nothing of it to give back.
local function shapes_there(shapes, keys)
  local there = {}
  for shape in string.gmatch(shapes, '%S+') do
    there[#there + 1] = redis.call('EXISTS', keys[#there + 1]) == 1 and shape or '-'
  end
  return table.concat(there, ' ')
end
