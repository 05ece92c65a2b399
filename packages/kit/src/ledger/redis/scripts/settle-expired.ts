// Made from lua/commands/settle_expired.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Amounts, Argument, Int, Reservation, Script, Text } from './script.ts'

export interface SettleExpiredKeys {
  readonly reservation: string
  readonly unconfirmed: string
  readonly meta: string
  /** Of the caller's day. */
  readonly rollup: string
  /** Those of its path; none when the path is not known. */
  readonly accounts: readonly string[]
}

export interface SettleExpiredArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  readonly id: Argument
  /** As it was reserved; '' when it is not known. */
  readonly path: Argument
  /** 'observed', 'zero', or 'reserved' for a charge that nobody has confirmed in a week. */
  readonly to: Argument
}

export type SettleExpiredReply =
  /** What it is charged at now; the record as it was. */
  | readonly ['settled', charged: Amounts, record: Reservation, q: Int]
  /** It is not expired. */
  | readonly ['gone', q: Int]
  /** Ask again with the accounts of this path. */
  | readonly ['path', path: Text]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * Settle an expired reservation without its owner: at what was last observed, at nothing, or as it was
 * charged. What was consumed stays charged; the owner's own truth, should it come, still corrects it. Works
 * when memory is full.
 */
export const settleExpired: Script<SettleExpiredKeys, SettleExpiredArguments, SettleExpiredReply> = {
  name: 'settle_expired',
  sha1: '628d7a6b22bf666850597c2f893973c3cd309c5f',
  writes: true,
  keys: ['reservation', 'unconfirmed', 'meta', 'rollup'],
  keyLists: ['accounts'],
  args: ['now', 'id', 'path', 'to'],
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
      'tombstone_ms',
      'bury',
      'from_counter',
      'to_counter',
      'booked_counters',
      'differences',
      'life_of',
      'put_life',
      'rebook',
      'add_up',
      'roll_up',
      'end_reservation',
      'kept_of',
      'run_id',
      'refuse_epoch',
      'is_behind',
      'merge_amounts',
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
    ],
    `local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[3])
if not meta then return refusal end
local behind = is_behind(meta, now, 0)
local before = read_record(KEYS[1], now)
if not before or before.st ~= 'expired' then
  redis.call('ZREM', KEYS[2], ARGV[2])
  return { 'gone', whole(meta.q) }
end
if before.path ~= ARGV[3] then return { 'path', before.path } end
local after = copy_record(before)
local seen = ({ observed = before.o, zero = before.u, reserved = before.a })[ARGV[4]]
after.st, after.basis, after.paid = 'settled', 'estimated', merge_amounts(math.min, seen, before.a)
local keys = { reservation = KEYS[1], unconfirmed = KEYS[2], rollup = KEYS[4] }
local accounts = read_kept_path(after, { unpack(KEYS, 5) })
end_reservation(keys, ARGV[2], before, after, accounts, now)
local charged = from_amounts(merge_amounts(math.max, after.paid, after.u))
return { 'settled', charged, describe_record(ARGV[2], before), count_change(KEYS[3], behind) }`,
  ),
}
