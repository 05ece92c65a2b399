-- @include contribution
--
-- '1' when a settled reservation cost more than it held, in any metric; else '0'.
local function is_overdraft(record)
  for metric = 1, 3 do
    local _, _, _, overdraft = contribution(record, metric)
    if overdraft > 0 then return '1' end
  end
  return '0'
end
