-- Write the counters of an account, and with them what begins: its windows, or the account itself.
local function write_account(account, writes, known_key, revision)
  if account.rolled then
    writes[#writes + 1] = 'windows'
    writes[#writes + 1] = account.rolled
  end
  if account.unseen then
    for _, value in ipairs({ 'v', account.v, 'rules', account.rules, 'limits', account.limits, 'caps', account.caps,
      'auto', revision, 'parent', account.parent, 'born', account.born }) do writes[#writes + 1] = value end
    redis.call('HSET', known_key, account.name, 1)
    redis.call('HINCRBY', known_key, 'under ' .. account.parent, 1)
  end
  redis.call('HSET', account.key, unpack(writes))
  if #account.idle > 0 then redis.call('HDEL', account.key, unpack(account.idle)) end
end
