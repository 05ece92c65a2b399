// Made from lua/commands/reassert.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Int, Script, Text } from './script.ts'

export interface ReassertKeys {
  readonly reservation: string
  readonly deadlines: string
  readonly unconfirmed: string
  readonly meta: string
  /** 1 to 8, those of its path. */
  readonly accounts: readonly string[]
}

export interface ReassertArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  readonly id: Argument
  readonly path: Argument
  /** Ms. */
  readonly ttl: Argument
  /** Totals: 'usd tokens requests' */
  readonly held: Argument
  /** Likewise. */
  readonly consumed: Argument
  /** Likewise. */
  readonly observed: Argument
  /** As they were reserved: one per account, joined by spaces. */
  readonly shapes: Argument
  /** As they were reserved, likewise. */
  readonly lives: Argument
  /** 'id start end', joined by ';' */
  readonly windows: Argument
  readonly bound: Argument
  readonly observe: Argument
  readonly fingerprint: Argument
  readonly owner: Argument
  readonly memo: Argument
  readonly label: Argument
  /** Ms. */
  readonly reservedAt: Argument
  /** Ms since the books last said anything of it to the caller. */
  readonly age: Argument
}

export type ReassertReply =
  /** It is there, and knows as much. */
  | readonly ['there', q: Int]
  | readonly ['raised', q: Int]
  /** Not on accounts that are gone, until they are made again. */
  | readonly ['made', q: Int]
  /** It has been settled or released. */
  | readonly ['finished', q: Int]
  /** It is not open, and may have been settled long ago: nothing was done. */
  | readonly ['too_old', q: Int]
  /** Another path was reserved under this id. */
  | readonly ['path', path: Text]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * Tell the books of an open reservation that they may have lost: made again as it was admitted, whatever its
 * budgets have left, or raised to what the caller knows. The caller must hold it open. Works when memory is
 * full.
 */
export const reassert: Script<ReassertKeys, ReassertArguments, ReassertReply> = {
  name: 'reassert',
  sha1: 'cd2ff805cadadf4ead68d9fc367fe2e825ded36c',
  writes: true,
  keys: ['reservation', 'deadlines', 'unconfirmed', 'meta'],
  keyLists: ['accounts'],
  args: [
    'now',
    'id',
    'path',
    'ttl',
    'held',
    'consumed',
    'observed',
    'shapes',
    'lives',
    'windows',
    'bound',
    'observe',
    'fingerprint',
    'owner',
    'memo',
    'label',
    'reservedAt',
    'age',
  ],
  argLists: [],
  lua: luaText(
    '#!lua flags=allow-oom',
    [
      'copy_record',
      'whole',
      'count_change',
      'contribution',
      'differences',
      'lost_record',
      'merge_amounts',
      'now_ms',
      'from_amounts',
      'open_record',
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
      'life_of',
      'put_life',
      'rebook',
      'tombstone_ms',
    ],
    `local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[4])
if not meta then return refusal end
local before = read_record(KEYS[1], now)
local closed = before and (before.st == 'settled' or before.st == 'released')
if closed then return { 'finished', whole(meta.q) } end
if before and before.path ~= ARGV[3] then return { 'path', before.path } end
local is_open = before and before.st == 'open'
if not is_open and tonumber(ARGV[18]) >= tombstone_ms(ARGV[4]) then return { 'too_old', whole(meta.q) } end
local keys = { unpack(KEYS, 5) }
local told = { path = ARGV[3], shapes = ARGV[8], lives = ARGV[9], windows = ARGV[10], label = ARGV[16] }
local after = before and copy_record(before) or lost_record(told)
after.st, after.ttl = 'open', ARGV[4]
after.a = merge_amounts(math.max, after.a, to_amounts(ARGV[5]))
after.u = merge_amounts(math.max, after.u, to_amounts(ARGV[6]))
after.o = merge_amounts(math.max, after.o, to_amounts(ARGV[7]))
local status = not before and 'made' or next(differences(before, after)) and 'raised' or 'there'
local due = now + tonumber(ARGV[4])
rebook(before, after, read_kept_path(after, keys))
if not before then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'bound', ARGV[11], 'observe', ARGV[12], 'fp', ARGV[13], 'owner', ARGV[14],
    'path', ARGV[3], 'memo', ARGV[15], 'label', ARGV[16], 'shapes', ARGV[8], 'windows', ARGV[10], 'at', ARGV[17])
end
local indices = { reservation = KEYS[1], deadlines = KEYS[2], unconfirmed = KEYS[3] }
open_record(indices, ARGV[2], after, due)
return { status, count_change(KEYS[4]) }`,
  ),
}
