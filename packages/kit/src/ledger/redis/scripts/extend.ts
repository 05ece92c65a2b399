// Made from lua/commands/extend.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Amounts, Argument, Int, Script, Shortfall, Text } from './script.ts'

export interface ExtendKeys {
  readonly reservation: string
  readonly deadlines: string
  readonly unconfirmed: string
  readonly meta: string
  /** Those of its path; none when the path is not known. */
  readonly accounts: readonly string[]
}

export interface ExtendArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  /** As in reserve. */
  readonly qSeen: Argument
  readonly qSafe: Argument
  readonly id: Argument
  /** As it was reserved; '' when it is not known. */
  readonly path: Argument
  /** Ms. */
  readonly ttl: Argument
  /** Totals: 'usd tokens requests' */
  readonly min: Argument
  /** Likewise. */
  readonly want: Argument
  /** Likewise: bought so far, counts as spent from now on. */
  readonly consumed: Argument
  /** Likewise: seen so far, counts as nothing until it expires. */
  readonly observed: Argument
}

export type ExtendReply =
  | readonly ['open', granted: Amounts, q: Int]
  | readonly ['revived', granted: Amounts, q: Int]
  | readonly ['denied', shortfall: Shortfall, q: Int]
  | readonly ['finished']
  | readonly ['unknown']
  /** Ask again with the accounts of this path. */
  | readonly ['path', path: Text]
  /** Only when it asks for more than it holds, as the next two. */
  | readonly ['recovering', until: Int]
  | readonly ['epoch', ep: Int, q: Int]
  | readonly ['rolled_back', ep: Int, q: Int]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * Raise an open reservation to new totals; lower ones are ignored. An expired one is open again. A denial
 * changes what was consumed, what was observed and the deadline, and nothing else. With totals of 0 it is a
 * heartbeat that also revives.
 */
export const extend: Script<ExtendKeys, ExtendArguments, ExtendReply> = {
  name: 'extend',
  sha1: '167b483a6e1d7b45ae4b7b04a8c9dbedce1ad85d',
  writes: true,
  keys: ['reservation', 'deadlines', 'unconfirmed', 'meta'],
  keyLists: ['accounts'],
  args: ['now', 'qSeen', 'qSafe', 'id', 'path', 'ttl', 'min', 'want', 'consumed', 'observed'],
  argLists: [],
  lua: luaText(
    '#!lua',
    [
      'is_overdrawn',
      'limit_at',
      'to_counter',
      'line_of',
      'rules_of',
      'why_short',
      'ask',
      'beyond',
      'copy_record',
      'whole',
      'count_change',
      'standing',
      'shortfall',
      'decisive',
      'from_amounts',
      'kept_of',
      'run_id',
      'refuse_epoch',
      'is_behind',
      'merge_amounts',
      'now_ms',
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
      'booked_counters',
      'contribution',
      'differences',
      'life_of',
      'put_life',
      'rebook',
      'refuse_recovering',
    ],
    `local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[4])
if not meta then return refusal end
local record = read_record(KEYS[1], now)
if not record then return { 'unknown' } end
if record.st == 'settled' or record.st == 'released' then return { 'finished' } end
if record.path ~= ARGV[5] then return { 'path', record.path } end
local accounts = read_kept_path(record, { unpack(KEYS, 5) })
local min, want = beyond(record.a, to_amounts(ARGV[7])), beyond(record.a, to_amounts(ARGV[8]))
local more, denied, behind = { 0, 0, 0 }, {}, false
if want[1] + want[2] + want[3] > 0 then
  refusal = refuse_epoch(meta, now, tonumber(ARGV[2]), tonumber(ARGV[3])) or refuse_recovering(meta, now)
  if refusal then return refusal end
  local terms = { now = now, newest = math.max(now, meta.newest) }
  terms.proven, terms.observe = record.bound == 'proven', record.observe == '1'
  more, denied = ask(accounts, min, want, terms)
else
  behind = is_behind(meta, now, tonumber(ARGV[2]))
end
local after = copy_record(record)
after.st, after.ttl = 'open', ARGV[6]
if #denied == 0 then after.a = { record.a[1] + more[1], record.a[2] + more[2], record.a[3] + more[3] } end
local consumed = merge_amounts(math.min, to_amounts(ARGV[9]), after.a)
after.u = merge_amounts(math.max, record.u, consumed)
after.o = merge_amounts(math.max, record.o, to_amounts(ARGV[10]))
local keys = { reservation = KEYS[1], deadlines = KEYS[2], unconfirmed = KEYS[3] }
local due = now + tonumber(ARGV[6])
rebook(record, after, accounts)
open_record(keys, ARGV[4], after, due)
local q = count_change(KEYS[4], behind)
if #denied > 0 then return { 'denied', decisive(denied), q } end
return { record.st == 'open' and 'open' or 'revived', from_amounts(after.a), q }`,
  ),
}
