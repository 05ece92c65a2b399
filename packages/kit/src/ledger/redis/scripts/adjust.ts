// Made from lua/commands/adjust.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Account, Argument, Int, Script, Text } from './script.ts'

export interface AdjustKeys {
  readonly meta: string
  readonly adjustments: string
  readonly account: string
  /** Of the day on which it was spent. */
  readonly rollup: string
}

export interface AdjustArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  readonly id: Argument
  /** Of the account, as the caller has seen it. */
  readonly v: Argument
  /** Its number; 0 is the implicit total. */
  readonly rule: Argument
  /** Signed. */
  readonly delta: Argument
  /** Account, budget, reason: a text that only people read. */
  readonly note: Argument
  /** When it was spent, ms; '' for now. */
  readonly at: Argument
  /** Of the rule as in reserve, then; '' for one of all time. */
  readonly window: Argument
  /** Under which the roll-up counts it. */
  readonly label: Argument
  /** Likewise, signed: 'usd tokens requests'; '' where no roll-up is to have it. */
  readonly charged: Argument
}

export type AdjustReply =
  | readonly ['ok', q: Int]
  | readonly ['repeat', q: Int]
  | readonly ['no_account']
  | readonly ['stale', stale: readonly Account[]]
  | readonly ['window', now: Int]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * Correct one counter of an account by a signed amount, in its current window or in one that has ended, which nobody is
 * admitted to any more. The correction is kept for ever under its id, so that the books can always say why they differ
 * from what was charged. Works when memory is full.
 */
export const adjust: Script<AdjustKeys, AdjustArguments, AdjustReply> = {
  name: 'adjust',
  sha1: '974fe8bb9b0d38f2013b8151114d339a17d88fa7',
  writes: true,
  keys: ['meta', 'adjustments', 'account', 'rollup'],
  keyLists: [],
  args: ['now', 'id', 'v', 'rule', 'delta', 'note', 'at', 'window', 'label', 'charged'],
  argLists: [],
  lua: luaText(
    '#!lua flags=allow-oom',
    [
      'add_up',
      'choose_windows',
      'whole',
      'count_change',
      'describe_account',
      'from_counter',
      'now_ms',
      'read_meta',
      'to_counter',
    ],
    `local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[1])
if not meta then return refusal end
if redis.call('HEXISTS', KEYS[2], ARGV[2]) == 1 then return { 'repeat', whole(meta.q) } end
local v = redis.call('HGET', KEYS[3], 'v')
if not v then return { 'no_account' } end
if v ~= ARGV[3] then return { 'stale', { describe_account(1, KEYS[3]) } } end
local newest = math.max(now, meta.newest)
local spent = math.min(newest, tonumber(ARGV[7]) or newest)
local windows = choose_windows({ ARGV[8] }, ARGV[8] == '' and 2 or 1, spent)
if not windows then return { 'window', whole(newest) } end
local charged = { string.match(ARGV[10], '^(%-?%d+) (%-?%d+) (%-?%d+)$') }
local field = ARGV[4] .. ':' .. (windows.ids[1] or 'total')
local settled, reserved, unconfirmed, overdraft, referrers = to_counter(redis.call('HGET', KEYS[3], field))
local adjusted = from_counter(settled + tonumber(ARGV[5]), reserved, unconfirmed, overdraft, referrers)
redis.call('HSET', KEYS[3], field, adjusted)
if #charged == 3 then add_up(KEYS[4], ARGV[9], unpack(charged)) end
redis.call('HSET', KEYS[2], ARGV[2], field .. ' ' .. ARGV[5] .. ' ' .. whole(now) .. ' ' .. ARGV[6])
return { 'ok', count_change(KEYS[1]) }`,
  ),
}
