// Made from lua/commands/settle.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Crossing, Flag, Int, Script, Standing, Text } from './script.ts'

export interface SettleKeys {
  readonly reservation: string
  readonly deadlines: string
  readonly unconfirmed: string
  readonly meta: string
  /** Of the caller's day. */
  readonly rollup: string
  readonly unbooked: string
  /** Those of its path; none when the path is not known. */
  readonly accounts: readonly string[]
}

export interface SettleArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  /** As in reserve. */
  readonly qSeen: Argument
  readonly id: Argument
  /** As it was reserved; '' when it is not known. */
  readonly path: Argument
  /** Totals: 'usd tokens requests' */
  readonly actual: Argument
  /** 'exact' or 'estimated' */
  readonly basis: Argument
  /** Ms since this settle was first sent; 0 when it never was. */
  readonly age: Argument
  /** Of the reservation, ms, and what follows, should it be lost; '' when it is not known. */
  readonly ttl: Argument
  /** Totals that were reserved. */
  readonly held: Argument
  /** As they were reserved: one per account, joined by spaces. */
  readonly shapes: Argument
  /** As they were reserved, likewise. */
  readonly lives: Argument
  /** As they were answered by `record` or chosen at reserve: 'id start end', joined by ';' */
  readonly windows: Argument
  readonly label: Argument
  /** Percentages of a limit, joined by spaces, or '-' for none: which of them have been reached, and how budgets stand, in windows that last; '' when nobody asks. */
  readonly alertAt: Argument
}

export type SettleReply =
  /** Q is 0 where the books are behind what the caller has seen. */
  | readonly ['settled', overdraft: Flag, tightest: readonly Standing[], crossed: readonly Crossing[], q: Int]
  /** As it was told. */
  | readonly ['repeat', overdraft: Flag, crossed: readonly Crossing[], q: Int]
  /** It had expired or been released: booked all the same. */
  | readonly ['late', overdraft: Flag, tightest: readonly Standing[], crossed: readonly Crossing[], q: Int]
  /** The books had lost it: booked by what this command says of it. */
  | readonly ['lost', overdraft: Flag, tightest: readonly Standing[], crossed: readonly Crossing[], q: Int]
  /** It is settled, exactly, at another amount. */
  | readonly ['conflict', q: Int]
  /** Nothing says which accounts to charge, or all are gone: kept for an operator. */
  | readonly ['unbooked', q: Int]
  /** It may have been booked long ago: kept for an operator. */
  | readonly ['too_old', q: Int]
  /** Ask again with the accounts of this path. */
  | readonly ['path', path: Text]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * End a reservation at what it really cost, more than was reserved included. Works when memory is full.
 */
export const settle: Script<SettleKeys, SettleArguments, SettleReply> = {
  name: 'settle',
  sha1: '076ce44203d0eb198a07bcb4a865d341dd863c25',
  writes: true,
  keys: ['reservation', 'deadlines', 'unconfirmed', 'meta', 'rollup', 'unbooked'],
  keyLists: ['accounts'],
  args: [
    'now',
    'qSeen',
    'id',
    'path',
    'actual',
    'basis',
    'age',
    'ttl',
    'held',
    'shapes',
    'lives',
    'windows',
    'label',
    'alertAt',
  ],
  argLists: [],
  lua: luaText(
    '#!lua flags=allow-oom',
    [
      'is_overdrawn',
      'limit_at',
      'to_counter',
      'line_of',
      'rules_of',
      'why_short',
      'ask',
      'copy_record',
      'whole',
      'count_change',
      'contribution',
      'part_of',
      'standing',
      'crossings',
      'from_amounts',
      'tombstone_ms',
      'bury',
      'from_counter',
      'booked_counters',
      'differences',
      'life_of',
      'put_life',
      'rebook',
      'add_up',
      'charges',
      'roll_up',
      'end_reservation',
      'from_told',
      'kept_of',
      'run_id',
      'refuse_epoch',
      'is_behind',
      'is_overdraft',
      'keep_unbooked',
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
      'merge_amounts',
      'settled_now',
      'to_told',
    ],
    `local now, alert_at = now_ms(ARGV[1]), ARGV[14]
local meta, refusal = read_meta(KEYS[4])
if not meta then return refusal end
local behind = is_behind(meta, now, tonumber(ARGV[2]))
local before = read_record(KEYS[1], now)
local status, paid = settled_now(before, to_amounts(ARGV[5]), ARGV[6])
if status == 'conflict' then return { status, whole(meta.q) } end
if status == 'repeat' then
  return { status, is_overdraft(before), from_told(redis.call('HGET', KEYS[1], 'told')), whole(meta.q) }
end
local after
if before and before.shapes ~= '' then
  if before.path ~= ARGV[4] then return { 'path', before.path } end
  after = copy_record(before)
else
  local too_late = not before and tonumber(ARGV[7]) >= tombstone_ms(ARGV[8])
  if ARGV[8] == '' or too_late then
    keep_unbooked(KEYS[6], ARGV[3], ARGV[5], ARGV[6], now)
    return { ARGV[8] == '' and 'unbooked' or 'too_old', count_change(KEYS[4], behind) }
  end
  after = lost_record({ path = ARGV[4], ttl = ARGV[8], a = to_amounts(ARGV[9]), shapes = ARGV[10], lives = ARGV[11],
    windows = ARGV[12], label = ARGV[13] })
end
after.st, after.paid, after.basis = 'settled', paid, ARGV[6]
local keys = { reservation = KEYS[1], deadlines = KEYS[2], unconfirmed = KEYS[3], rollup = KEYS[5] }
local accounts = read_kept_path(after, { unpack(KEYS, 7) })
local unbooked = #accounts == 0
if unbooked then
  keep_unbooked(KEYS[6], ARGV[3], ARGV[5], ARGV[6], now)
  after.shapes = '-'
end
end_reservation(keys, ARGV[3], before, after, accounts, now)
local q, found, crossed = count_change(KEYS[4], behind), {}, {}
if unbooked then return { 'unbooked', q } end
if alert_at ~= '' then
  local nothing, terms = { 0, 0, 0 }, { now = now, newest = math.max(now, meta.newest) }
  local _, _, _, tight = ask(accounts, nothing, nothing, terms)
  found, crossed = tight and { standing(tight, 0) } or {}, crossings(accounts, after, alert_at, terms)
  if #crossed > 0 then redis.call('HSET', KEYS[1], 'told', to_told(crossed), 'path', after.path) end
end
return { status, is_overdraft(after), found, crossed, q }`,
  ),
}
