// Made from lua/commands/provision.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Account, Argument, Int, Script, Text } from './script.ts'

export interface ProvisionKeys {
  readonly meta: string
  readonly known: string
  readonly account: string
}

export interface ProvisionArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  /** Its id. */
  readonly account: Argument
  /** The `v` that the caller has seen; '' when there was no such account. */
  readonly seenV: Argument
  /** The `limits` that the caller has seen; '' likewise. */
  readonly seenLimits: Argument
  /** Names `rules`: the same text, the same name, always. */
  readonly v: Argument
  /** What the rules are, for callers. */
  readonly rules: Argument
  /** Per rule, joined by spaces: h (hard), s (soft) or r (retired, and the total), then the limit, then for a raise +amount@until_ms: 'r7881299347898368 h500+100@1795305600000' */
  readonly limits: Argument
  /** Of the rules, as in reserve. */
  readonly shape: Argument
  /** Of the config that says so: a lower one never overwrites a higher; '' by hand. */
  readonly revision: Argument
  /** '1' leaves it an account that nobody provisioned; '' makes it somebody's own. */
  readonly auto: Argument
  /** Under which such an account is made that the books may have lost; '' for an outermost one. */
  readonly parent: Argument
  /** 'new<old' per rule that takes over from another, joined by spaces; '' when none does. */
  readonly seeds: Argument
  /** The sequence after it was first accepted, when it is told to books that may have lost it; '' at first. */
  readonly at: Argument
  /** As in reserve. */
  readonly windows: readonly Argument[]
}

export type ProvisionReply =
  | readonly ['ok', q: Int]
  | readonly ['unchanged', q: Int]
  /** Somebody has changed it meanwhile: plan again from this. */
  | readonly ['stale', stale: readonly Account[]]
  /** What is there was said by a higher revision. */
  | readonly ['older', revision: Int]
  /** What is there was said after `at`, or then; or nothing is, and it has been there before: it has lost its counters, and is not made again unasked. */
  | readonly ['later', q: Int]
  | readonly ['window', now: Int]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * Make an account, or replace its budgets, if it still is what the caller has seen. Counters stay. A budget
 * that comes in another's place takes over what that one has counted in its current window, running
 * reservations included.
 *
 * What may never change under a rule (metric, window, zone, anchor) is in `rules`, a text that the caller
 * makes and only the caller reads; rules are numbered from 0 in its order, and are never taken out: one that
 * is no longer wanted is retired, which means that it counts and limits nothing. Rule 0 is the implicit
 * total.
 */
export const provision: Script<ProvisionKeys, ProvisionArguments, ProvisionReply> = {
  name: 'provision',
  sha1: '0a288b5c64833d200425df9a9c36ba3de7e89f96',
  writes: true,
  keys: ['meta', 'known', 'account'],
  keyLists: [],
  args: [
    'now',
    'account',
    'seenV',
    'seenLimits',
    'v',
    'rules',
    'limits',
    'shape',
    'revision',
    'auto',
    'parent',
    'seeds',
    'at',
  ],
  argLists: [{ name: 'windows', fields: [] }],
  lua: luaText(
    '#!lua',
    [
      'choose_windows',
      'whole',
      'count_change',
      'describe_account',
      'to_counter',
      'idle_fields',
      'living_heirs',
      'now_ms',
      'pack_limits',
      'fields_of',
      'read_account',
      'read_meta',
      'own_windows',
      'roll_windows',
      'take_over',
    ],
    `local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[1])
if not meta then return refusal end
local newest = math.max(now, meta.newest)
local windows = choose_windows(ARGV, 14, newest)
if not windows then return { 'window', whole(newest) } end
local account = read_account(1, KEYS[3], ARGV[8], windows)
local kept = redis.call('HMGET', KEYS[3], 'rev', 'parent', 'heirs', 'rules', 'limits', 'said')
local again, unasked = ARGV[13] ~= '', ARGV[10] == '1' and not account.v
local gone = not account.v and redis.call('HEXISTS', KEYS[2], ARGV[2]) == 1
local later = again and tonumber(kept[6] or '0') >= tonumber(ARGV[13])
if later or (gone and (again or unasked)) then return { 'later', whole(meta.q) } end
local seen = (account.v or '') == ARGV[3] and (kept[5] or '') == ARGV[4]
local taken = ARGV[10] == '1' and account.v and not account.auto
if not seen or taken then return { 'stale', { describe_account(1, KEYS[3]) } } end
local revision = ARGV[10] == '1' and account.auto or kept[1]
if ARGV[9] ~= '' and revision and tonumber(revision) > tonumber(ARGV[9]) then return { 'older', revision } end
local same = account.v == ARGV[5] and kept[5] == ARGV[7] and kept[4] == ARGV[6]
local theirs = (ARGV[10] == '1') == (account.auto ~= false) and (ARGV[9] == '' or ARGV[9] == revision)
if same and theirs then return { 'unchanged', whole(meta.q) } end
if not roll_windows(account, windows) then return { 'window', whole(newest) } end
local kept_heirs = living_heirs(KEYS[3], kept[3] or '', newest)
local writes, heirs = take_over(account, ARGV[12], windows, kept_heirs)
local idle, caps = idle_fields(account), pack_limits(ARGV[7])
local current = account.rolled or account.windows
redis.call('HSET', KEYS[3], 'v', ARGV[5], 'rules', ARGV[6], 'limits', ARGV[7], 'caps', caps,
  'windows', current)
if #writes > 0 then redis.call('HSET', KEYS[3], 'heirs', heirs, unpack(writes)) end
if #idle > 0 then redis.call('HDEL', KEYS[3], unpack(idle)) end
if ARGV[9] ~= '' then redis.call('HSET', KEYS[3], ARGV[10] == '1' and 'auto' or 'rev', ARGV[9]) end
if ARGV[10] ~= '1' and account.auto then
  redis.call('HDEL', KEYS[3], 'auto', 'parent')
  redis.call('HINCRBY', KEYS[2], 'under ' .. (kept[2] or ''), -1)
end
if unasked then
  redis.call('HSET', KEYS[3], 'parent', ARGV[11])
  redis.call('HINCRBY', KEYS[2], 'under ' .. ARGV[11], 1)
end
redis.call('HSET', KEYS[2], ARGV[2], 1)
local q = count_change(KEYS[1])
local said = again and ARGV[13] or q
if ARGV[10] ~= '1' then redis.call('HSET', KEYS[3], 'said', said) end
if not account.v then redis.call('HSET', KEYS[3], 'born', said) end
return { 'ok', q }`,
  ),
}
