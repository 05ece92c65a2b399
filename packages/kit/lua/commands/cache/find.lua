#!lua
-- Read what is kept of a request, unless it has expired. Whoever knows this version of it already is not sent it again.
--
-- KEYS  1 bodies       hash: id → version, expiry and stamp, a line; then the answer
-- ARGV  1 now          ms; '' for the server's clock
--       2 id
--       3 known        the version that the caller has; '' for none
-- REPLY found       version:text stamp:text body:text     '' for a body that is known
--       none
--
-- @include now_ms

local kept = redis.call('HGET', KEYS[1], ARGV[2])
if not kept then return { 'none' } end
local line = string.find(kept, '\n', 1, true)
local version, expiry, stamp = string.match(string.sub(kept, 1, line - 1), '^(%S+) (%d+) (.*)$')
if tonumber(expiry) <= now_ms(ARGV[1]) then return { 'none' } end
if version == ARGV[3] then return { 'found', version, stamp, '' } end
return { 'found', version, stamp, string.sub(kept, line + 1) }
