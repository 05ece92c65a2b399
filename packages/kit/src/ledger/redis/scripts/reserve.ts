// Made from lua/commands/reserve.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Account, Amounts, Argument, Flag, Int, Script, Shortfall, Standing, Text } from './script.ts'

export interface ReserveKeys {
  readonly reservation: string
  readonly deadlines: string
  readonly meta: string
  readonly known: string
  /** 1 to 8, outermost first. */
  readonly accounts: readonly string[]
}

export interface ReserveArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  /** The caller's own time, ms. */
  readonly clock: Argument
  /** The highest sequence that the caller has seen of this org; 0 when none. */
  readonly qSeen: Argument
  /** The highest it had seen when its replay window began: what is lost before it stays lost. */
  readonly qSafe: Argument
  readonly id: Argument
  /** Ms. */
  readonly ttl: Argument
  /** 'usd tokens requests' */
  readonly min: Argument
  /** Likewise. */
  readonly want: Argument
  /** 'proven' or 'soft' */
  readonly bound: Argument
  /** '1' to report what would have been denied. */
  readonly observe: Argument
  /** Of everything that a repeat must ask the same. */
  readonly fingerprint: Argument
  readonly owner: Argument
  /** The account ids, as a text that only callers read. */
  readonly path: Argument
  /** For the audit record of one that expires; only callers read it. */
  readonly memo: Argument
  /** Under which the day's roll-up counts it; '-' for none. */
  readonly label: Argument
  /** Of the defaults that accounts nobody provisioned are to follow; 0 to follow none. */
  readonly revision: Argument
  /** How many of those one parent may have. */
  readonly maxAuto: Argument
  /** Rules and limits: defaults if it is absent, '' for none. */
  readonly accounts: readonly {
    readonly name: Argument
    readonly v: Argument
    readonly shape: Argument
    readonly rules: Argument
    readonly limits: Argument
  }[]
  /** 'id start end' of the window of now and of the next, joined by a space, ms. */
  readonly windows: readonly Argument[]
}

export type ReserveReply =
  | readonly [
      'ok',
      repeat: Flag,
      granted: Amounts,
      windows: Text,
      lives: Text,
      tightest: readonly Standing[],
      would: readonly Shortfall[],
      q: Int,
    ]
  | readonly ['denied', shortfall: Shortfall, q: Int]
  /** Unknown, gone or too_many; its place on the path, from 1. */
  | readonly ['no_account', account: Int, reason: Text]
  /** All accounts whose `v` is another, or that follow older defaults. */
  | readonly ['stale', stale: readonly Account[]]
  /** Not one of those given: make them anew for this time. */
  | readonly ['window', now: Int]
  /** The id has been settled, released or expired. */
  | readonly ['finished']
  /** It is open, with another fingerprint. */
  | readonly ['conflict']
  | readonly ['recovering', until: Int]
  /** Another server, or less than the caller has seen: recover. */
  | readonly ['epoch', ep: Int, q: Int]
  /** More is lost than can be re-asserted: an operator decides. */
  | readonly ['rolled_back', ep: Int, q: Int]
  /** The time of the books is more than a minute ahead of the caller's clock. */
  | readonly ['clock', now: Int]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * Reserve between min and want on every account of a path, or on none. A denial writes nothing.
 *
 * A shape says, per rule of an account and two characters each, its metric (1 usd, 2 tokens, 3 requests) and
 * its window (0 for all time, otherwise the place of that window among the arguments, as the character 48 +
 * place): '1011' is the implicit total and a budget in USD on the first window.
 */
export const reserve: Script<ReserveKeys, ReserveArguments, ReserveReply> = {
  name: 'reserve',
  sha1: '767a8b67b51429fd410efdb5ad0f001b2c6d2972',
  writes: true,
  keys: ['reservation', 'deadlines', 'meta', 'known'],
  keyLists: ['accounts'],
  args: [
    'now',
    'clock',
    'qSeen',
    'qSafe',
    'id',
    'ttl',
    'min',
    'want',
    'bound',
    'observe',
    'fingerprint',
    'owner',
    'path',
    'memo',
    'label',
    'revision',
    'maxAuto',
  ],
  argLists: [
    { name: 'accounts', fields: ['name', 'v', 'shape', 'rules', 'limits'] },
    { name: 'windows', fields: [] },
  ],
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
      'from_amounts',
      'from_told',
      'is_successor',
      'kept_windows',
      'fields_of',
      'place_of',
      'inherit',
      'read_charged',
      'read_kept_path',
      'to_amounts',
      'read_record',
      'whole',
      'standing',
      'answer_repeat',
      'from_counter',
      'booked_counters',
      'choose_windows',
      'count_change',
      'shortfall',
      'decisive',
      'idle_fields',
      'life_of',
      'lives_of',
      'now_ms',
      'read_meta',
      'describe_account',
      'pack_limits',
      'read_account',
      'refuse_unseen',
      'own_windows',
      'roll_windows',
      'read_path',
      'refuse_clock',
      'kept_of',
      'run_id',
      'refuse_epoch',
      'refuse_recovering',
      'shapes_of',
      'to_told',
      'write_account',
    ],
    `local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[3])
if not meta then return refusal end
local keys = { unpack(KEYS, 5) }
refusal = refuse_epoch(meta, now, tonumber(ARGV[3]), tonumber(ARGV[4]))
  or refuse_recovering(meta, now)
  or refuse_clock(meta, now, tonumber(ARGV[2]))
local there = redis.call('EXISTS', KEYS[1]) == 1
if there and not refusal then refusal = answer_repeat(KEYS[1], ARGV[11], keys, meta, now) end
if refusal then return refusal end
local newest = math.max(now, meta.newest)
local windows = choose_windows(ARGV, 18 + 5 * #keys, newest)
if not windows then return { 'window', whole(newest) } end
local accounts
accounts, refusal = read_path(keys, ARGV, 18, windows, {
  known = KEYS[4],
  revision = tonumber(ARGV[16]),
  max_auto = tonumber(ARGV[17]),
})
if not accounts then return refusal or { 'window', whole(newest) } end
local min, want = to_amounts(ARGV[7]), to_amounts(ARGV[8])
local terms = { now = now, newest = newest, proven = ARGV[9] == 'proven', observe = ARGV[10] == '1' }
local grant, denied, would, tight = ask(accounts, min, want, terms)
if #denied > 0 then return { 'denied', decisive(denied), whole(meta.q) } end
for at, short in ipairs(would) do would[at] = shortfall(short) end
for _, account in ipairs(accounts) do
  account.idle = idle_fields(account)
  if account.unseen then account.born = whole(meta.q + 1) end
end
local lives = lives_of(accounts)
local granted, kept_windows = from_amounts(grant), table.concat(windows.texts, ';')
local due, tightest = whole(now + tonumber(ARGV[6])), tight and { standing(tight, grant[1]) } or {}
local held = { { 0, grant[1], 0, 0, 1 }, { 0, grant[2], 0, 0, 1 }, { 0, grant[3], 0, 0, 1 } }
for _, account in ipairs(accounts) do
  write_account(account, booked_counters(account, held), KEYS[4], ARGV[16])
end
if there then redis.call('DEL', KEYS[1]) end
redis.call('HSET', KEYS[1], 'st', 'open', 'a', granted, 'fp', ARGV[11], 'bound', ARGV[9], 'observe', ARGV[10],
  'ttl', ARGV[6], 'at', whole(now), 'owner', ARGV[12], 'path', ARGV[13], 'memo', ARGV[14], 'label', ARGV[15],
  'shapes', shapes_of(accounts), 'lives', lives, 'windows', kept_windows)
if #would > 0 then redis.call('HSET', KEYS[1], 'told', to_told(would)) end
redis.call('ZADD', KEYS[2], due, ARGV[5])
if now >= meta.newest + 1000 then redis.call('HSET', KEYS[3], 't', whole(now)) end
return { 'ok', '0', granted, kept_windows, lives, tightest, would, count_change(KEYS[3]) }`,
  ),
}
