-- How many rules of an account have a say: those that a shape names, and the account still has.
local function rules_of(account)
  return math.min(#account.shape / 2, #account.caps / 25)
end
