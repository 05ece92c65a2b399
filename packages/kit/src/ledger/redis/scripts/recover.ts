// Made from lua/commands/recover.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Int, Script, Text } from './script.ts'

export interface RecoverKeys {
  readonly meta: string
}

export interface RecoverArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  /** As in reserve. */
  readonly qSeen: Argument
  /** As in reserve. */
  readonly qSafe: Argument
  /** '1' when an operator has decided that what cannot be re-asserted is lost. */
  readonly confirmed: Argument
  /** Ms in which nothing new is admitted. */
  readonly pause: Argument
}

export type RecoverReply =
  /** Who last told them what it knows under another `since` re-asserts. */
  | readonly ['ok', since: Int, until: Int, q: Int]
  /** The books are not behind, or were taken over already. */
  | readonly ['there', since: Int, until: Int, q: Int]
  | readonly ['rolled_back', ep: Int, q: Int]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * Take up the books on another server, or on one that has lost its newest changes. Nothing new is admitted
 * for a while, in which callers re-assert what they know. Whoever comes second finds it done. How far the books
 * had come is noted, so that who has seen more still finds out, however far others have taken them by then.
 *
 * A takeover is known by the sequence from which the books count since it came. How many there were says less:
 * books that lose one come to the same number again.
 */
export const recover: Script<RecoverKeys, RecoverArguments, RecoverReply> = {
  name: 'recover',
  sha1: '3b50c052503a354ae0356de0d1b31eee0ef182d0',
  writes: true,
  keys: ['meta'],
  keyLists: [],
  args: ['now', 'qSeen', 'qSafe', 'confirmed', 'pause'],
  argLists: [],
  lua: luaText(
    '#!lua',
    ['whole', 'kept_of', 'now_ms', 'read_meta', 'run_id'],
    `local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[1])
if not meta then return refusal end
local seen, here, confirmed = tonumber(ARGV[2]), run_id(), ARGV[4] == '1'
local kept, takeover = kept_of(meta, seen)
if kept < tonumber(ARGV[3]) and not confirmed then
  return { 'rolled_back', whole(meta.epoch), whole(meta.q) }
end
if confirmed then kept = math.max(kept, seen) end
if confirmed and takeover then
  local field = 'over:' .. whole(takeover)
  local since = string.match(redis.call('HGET', KEYS[1], field), '^%d+')
  redis.call('HSET', KEYS[1], field, since .. ' ' .. whole(kept))
end
if meta.run_id == here and (takeover or meta.q >= seen) then
  return { 'there', whole(meta.since), whole(meta.closed_until), whole(meta.q) }
end
local q = whole(math.max(meta.q + 1, seen + 1, now * 1000))
local epoch, open_again = whole(meta.epoch + 1), whole(now + tonumber(ARGV[5]))
local had = whole(takeover and meta.q or kept)
redis.call('HSET', KEYS[1], 'rid', here, 'ru', open_again, 'q', q, 'since', q, 'ep', epoch, 'over:' .. epoch,
  q .. ' ' .. had)
return { 'ok', q, open_again, q }`,
  ),
}
