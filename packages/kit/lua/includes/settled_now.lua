-- @include merge_amounts
--
-- What a settle comes to, given what the reservation is now: the word of its reply, and the amounts it is
-- settled at. An estimate gives way to the exact amount or to a higher estimate; what is exact is final.
local function settled_now(record, actual, basis)
  if not record then return 'lost', actual end
  if record.st == 'open' then return 'settled', actual end
  if record.st ~= 'settled' then return 'late', actual end
  local paid = record.paid
  local same = actual[1] == paid[1] and actual[2] == paid[2] and actual[3] == paid[3]
  if record.basis == 'exact' then return basis == 'exact' and not same and 'conflict' or 'repeat' end
  if basis == 'exact' then return 'settled', actual end
  local highest = merge_amounts(math.max, paid, actual)
  if highest[1] == paid[1] and highest[2] == paid[2] and highest[3] == paid[3] then return 'repeat' end
  return 'settled', highest
end
