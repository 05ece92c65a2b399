// Made from lua/commands/release.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Int, Script, Text } from './script.ts'

export interface ReleaseKeys {
  readonly reservation: string
  readonly deadlines: string
  readonly unconfirmed: string
  readonly meta: string
  /** Of the caller's day. */
  readonly rollup: string
  /** Those of its path; none when the path is not known. */
  readonly accounts: readonly string[]
}

export interface ReleaseArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  /** As in reserve. */
  readonly qSeen: Argument
  readonly id: Argument
  /** As it was reserved; '' when it is not known. */
  readonly path: Argument
}

export type ReleaseReply =
  /** 0, here as below: the books are behind what the caller has seen. */
  | readonly ['released', q: Int]
  /** It was unknown, and is ended from now on. */
  | readonly ['tombstoned', q: Int]
  | readonly ['repeat', q: Int]
  /** It has been settled. */
  | readonly ['conflict', q: Int]
  /** Ask again with the accounts of this path. */
  | readonly ['path', path: Text]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * End a reservation that bought nothing; what was consumed stays charged. An unknown id gets a tombstone, so
 * that a reserve still on its way cannot come to life. Works when memory is full.
 */
export const release: Script<ReleaseKeys, ReleaseArguments, ReleaseReply> = {
  name: 'release',
  sha1: 'f9e041a9fd8106ec6edb3d51de6722a6e0f71eed',
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
      'from_amounts',
      'tombstone_ms',
      'bury',
      'from_counter',
      'to_counter',
      'booked_counters',
      'contribution',
      'differences',
      'life_of',
      'put_life',
      'rebook',
      'add_up',
      'charges',
      'roll_up',
      'end_reservation',
      'kept_of',
      'run_id',
      'refuse_epoch',
      'is_behind',
      'lost_record',
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
local meta, refusal = read_meta(KEYS[4])
if not meta then return refusal end
local behind = is_behind(meta, now, tonumber(ARGV[2]))
local before = read_record(KEYS[1], now)
if before and before.st == 'settled' then return { 'conflict', whole(meta.q) } end
if before and before.st == 'released' then return { 'repeat', whole(meta.q) } end
if before and before.path ~= ARGV[4] then return { 'path', before.path } end
local after = before and copy_record(before) or lost_record({})
after.st = 'released'
local keys = { reservation = KEYS[1], deadlines = KEYS[2], unconfirmed = KEYS[3], rollup = KEYS[5] }
local accounts = read_kept_path(after, { unpack(KEYS, 6) })
end_reservation(keys, ARGV[3], before, after, accounts, now)
if not before then return { 'tombstoned', whole(meta.q) } end
return { 'released', count_change(KEYS[4], behind) }`,
  ),
}
