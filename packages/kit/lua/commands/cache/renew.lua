#!lua flags=allow-oom
-- Hold a lease for longer, or give it up; whoever has lost it changes nothing.
--
-- KEYS  1 lease        string: who has it
-- ARGV  1 token        of the caller
--       2 ttl          ms from now; 0 gives it up
-- REPLY held
--       lost

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return { 'lost' } end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return { 'held' }
