// Made from lua/commands/adjust.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Account, Argument, Int, Script, Text } from './script.ts'

export interface AdjustKeys {
  readonly meta: string
  readonly adjustments: string
  readonly account: string
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
  /** Of the rule, as in reserve; '' for one of all time. */
  readonly window: Argument
}

export type AdjustReply =
  | readonly ['ok', q: Int]
  | readonly ['repeat', q: Int]
  | readonly ['no_account']
  | readonly ['stale', stale: readonly Account[]]
  | readonly ['window', now: Int]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * Correct one counter of an account's current window by a signed amount. The correction is kept for ever
 * under its id, so that the books can always say why they differ from what was charged. Works when memory is
 * full.
 */
export const adjust: Script<AdjustKeys, AdjustArguments, AdjustReply> = {
  name: 'adjust',
  sha1: '86f1b95cd77849b97a25621ba2ed5f6f9a0c61c6',
  writes: true,
  keys: ['meta', 'adjustments', 'account'],
  keyLists: [],
  args: ['now', 'id', 'v', 'rule', 'delta', 'note', 'window'],
  argLists: [],
  lua: luaText(
    '#!lua flags=allow-oom',
    [
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
local windows = choose_windows({ ARGV[7] }, ARGV[7] == '' and 2 or 1, newest)
if not windows then return { 'window', whole(newest) } end
local field = ARGV[4] .. ':' .. (windows.ids[1] or 'total')
local settled, reserved, unconfirmed, overdraft = to_counter(redis.call('HGET', KEYS[3], field))
local adjusted = from_counter(settled + tonumber(ARGV[5]), reserved, unconfirmed, overdraft)
redis.call('HSET', KEYS[3], field, adjusted)
redis.call('HSET', KEYS[2], ARGV[2], field .. ' ' .. ARGV[5] .. ' ' .. whole(now) .. ' ' .. ARGV[6])
return { 'ok', count_change(KEYS[1]) }`,
  ),
}
