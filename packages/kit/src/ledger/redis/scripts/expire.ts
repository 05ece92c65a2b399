// Made from lua/commands/expire.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Int, Reservation, Script, Text } from './script.ts'

export interface ExpireKeys {
  readonly reservation: string
  readonly deadlines: string
  readonly unconfirmed: string
  readonly meta: string
  /** Of the caller's day. */
  readonly rollup: string
  /** Those of its path. */
  readonly accounts: readonly string[]
}

export interface ExpireArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  /** As in reserve. */
  readonly qSeen: Argument
  readonly id: Argument
  /** As it was reserved; '' when it is not known. */
  readonly path: Argument
}

export type ExpireReply =
  | readonly ['expired', record: Reservation, q: Int]
  /** Not before this time. */
  | readonly ['early', due: Int]
  /** It is not open, or there is none. */
  | readonly ['gone', q: Int]
  /** Ask again with the accounts of this path. */
  | readonly ['path', path: Text]
  /** Recover first: those who would beat could not. */
  | readonly ['epoch', ep: Int, q: Int]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * Charge an open reservation that is past its deadline in full, unconfirmed. One that is not there any more, which
 * nothing of ours does, is taken from the deadlines, and counted for an operator: what it held stays reserved, since
 * nobody can tell what that was. Works when memory is full.
 */
export const expire: Script<ExpireKeys, ExpireArguments, ExpireReply> = {
  name: 'expire',
  sha1: '288b4176030317d13513bbfb146dedae0fd106f8',
  writes: true,
  keys: ['reservation', 'deadlines', 'unconfirmed', 'meta', 'rollup'],
  keyLists: ['accounts'],
  args: ['now', 'qSeen', 'id', 'path'],
  argLists: [],
  lua: luaText(
    '#!lua flags=allow-oom',
    [
      'copy_record',
      'whole',
      'count_change',
      'contribution',
      'charges',
      'from_amounts',
      'describe_record',
      'now_ms',
      'is_successor',
      'kept_windows',
      'fields_of',
      'place_of',
      'inherit',
      'read_charged',
      'read_kept_path',
      'read_meta',
      'to_amounts',
      'read_record',
      'from_counter',
      'to_counter',
      'booked_counters',
      'differences',
      'life_of',
      'put_life',
      'rebook',
      'kept_of',
      'run_id',
      'refuse_epoch',
      'add_up',
      'roll_up',
    ],
    `local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[4])
if not meta then return refusal end
refusal = refuse_epoch(meta, now, tonumber(ARGV[2]), 0)
if refusal then return refusal end
local before = read_record(KEYS[1], now)
if not before or before.st ~= 'open' then
  local listed = redis.call('ZREM', KEYS[2], ARGV[3]) == 1
  if listed and not before then redis.call('HINCRBY', KEYS[4], 'lost', 1) end
  return { 'gone', whole(meta.q) }
end
if before.path ~= ARGV[4] then return { 'path', before.path } end
local deadline = tonumber(redis.call('ZSCORE', KEYS[2], ARGV[3])) or 0
local due = math.max(deadline, meta.closed_until + tonumber(before.ttl))
if now < due then return { 'early', whole(due) } end
local after = copy_record(before)
after.st, after.ended = 'expired', whole(now)
local accounts = read_kept_path(after, { unpack(KEYS, 6) })
rebook(before, after, accounts)
roll_up(KEYS[5], after, accounts)
redis.call('HSET', KEYS[1], 'st', 'expired', 'ended', after.ended, 'up', from_amounts(after.up), 'lives', after.lives)
redis.call('ZREM', KEYS[2], ARGV[3])
redis.call('ZADD', KEYS[3], after.ended, ARGV[3])
return { 'expired', describe_record(ARGV[3], after), count_change(KEYS[4]) }`,
  ),
}
