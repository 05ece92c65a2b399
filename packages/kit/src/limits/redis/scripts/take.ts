// Made from lua/commands/limits/take.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Int, Script, Text } from './script.ts'

export interface TakeKeys {
  /** Hash: until, trips, why. */
  readonly breaker: string
  /** Two of each: its bucket (hash: used, at), and what runs in it (zset: id → deadline) */
  readonly scopes: readonly string[]
}

export interface TakeArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  /** Of the request. */
  readonly id: Argument
  /** Ms that its slots live unless they are held. */
  readonly ttl: Argument
  /** That it is expected to use; of a limit that is smaller, all. */
  readonly tokens: Argument
  /** '1': only asks. */
  readonly dry: Argument
  /** Of each scope; '' for none. */
  readonly rates: readonly {
    readonly tpm: Argument
    readonly concurrency: Argument
  }[]
}

export type TakeReply =
  /** Of each scope, this request included. */
  | readonly ['taken', standings: readonly Text[]]
  /** The scope that keeps it waiting for longest. */
  | readonly ['limited', place: Int, metric: Text, wait: Int, standings: readonly Text[]]
  /** The caller is shut out. */
  | readonly ['shut', wait: Int, why: Text]

/**
 * Take a request's tokens, and a slot for as long as it runs, from every scope that it counts in, or from none:
 * all are asked before anything is written, and a refusal writes nothing, but for a clock that was set back. Nobody
 * knows when a slot comes free: who finds none is told to wait a second.
 */
export const take: Script<TakeKeys, TakeArguments, TakeReply> = {
  name: 'take',
  sha1: '12ea3d118beea1b058bc1e83f509c5db6271fb3c',
  writes: true,
  keys: ['breaker'],
  keyLists: ['scopes'],
  args: ['now', 'id', 'ttl', 'tokens', 'dry'],
  argLists: [{ name: 'rates', fields: ['tpm', 'concurrency'] }],
  lua: luaText(
    '#!lua',
    ['drained', 'fill', 'now_ms', 'scope_text', 'tokens_wait', 'whole'],
    `local now, tokens, dry = now_ms(ARGV[1]), tonumber(ARGV[4]), ARGV[5] == '1'
local breaker = redis.call('HMGET', KEYS[1], 'until', 'why')
local shut_until = tonumber(breaker[1] or '0')
if shut_until > now then return { 'shut', whole(shut_until - now), breaker[2] } end
local scopes, longest = {}, { wait = 0 }
for at = 1, (#KEYS - 1) / 2 do
  local tpm, slots = tonumber(ARGV[4 + 2 * at]), tonumber(ARGV[5 + 2 * at])
  local scope = { tpm = tpm, used = 0, need = 0, wait = 0 }
  if tpm then
    scope.used, scope.set_back = drained(KEYS[2 * at], tpm, now)
    scope.need = math.min(tokens, tpm) * 60000
    scope.wait, scope.metric = tokens_wait(scope.used, scope.need, tpm), 'tokens'
  end
  scope.running = redis.call('ZCOUNT', KEYS[2 * at + 1], '(' .. whole(now), '+inf')
  if slots and scope.running >= slots and scope.wait < 1000 then
    scope.wait, scope.metric = 1000, 'concurrency'
  end
  if scope.wait > longest.wait then
    longest = { place = at, metric = scope.metric, wait = scope.wait }
  end
  scopes[at] = scope
end
local taken, standings = longest.wait == 0 and not dry, {}
for at, scope in ipairs(scopes) do
  if taken then
    if scope.tpm then fill(KEYS[2 * at], scope.used + scope.need, scope.tpm, now) end
    redis.call('ZREMRANGEBYSCORE', KEYS[2 * at + 1], '-inf', whole(now - 600000))
    redis.call('ZADD', KEYS[2 * at + 1], whole(now + ARGV[3]), ARGV[2])
    redis.call('PEXPIRE', KEYS[2 * at + 1], whole(ARGV[3] + 600000))
  elseif scope.set_back and not dry then
    fill(KEYS[2 * at], scope.used, scope.tpm, now)
  end
  standings[at] = scope_text(scope, taken)
end
if longest.wait == 0 then return { 'taken', standings } end
return { 'limited', whole(longest.place), longest.metric, whole(longest.wait), standings }`,
  ),
}
