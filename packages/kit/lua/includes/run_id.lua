-- The server's name for its own process: another after a restart, another on every replica.
local function run_id()
  return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
end
