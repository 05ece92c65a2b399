// Made from lua/commands/heartbeat.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Int, Script, Text } from './script.ts'

export interface HeartbeatKeys {
  readonly deadlines: string
  readonly meta: string
  /** 0 to 100. */
  readonly reservations: readonly string[]
}

export interface HeartbeatArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  /** As in reserve. */
  readonly qSeen: Argument
  /** Ms. */
  readonly ttl: Argument
  /** What it has been seen to cost, 'usd tokens requests' */
  readonly beats: readonly {
    readonly id: Argument
    readonly observed: Argument
  }[]
}

export type HeartbeatReply =
  /** To extend with totals of 0; open no more; to re-assert; `since` as recover answers it. */
  | readonly [
      'ok',
      expired: readonly Text[],
      ended: readonly Text[],
      missing: readonly Text[],
      since: Int,
      q: Int,
    ]
  /** Nothing was done: recover, re-assert, beat again. */
  | readonly ['epoch', ep: Int, q: Int]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * Move the deadlines of open reservations on, and note what each has been seen to cost so far. An expired one
 * is named, not revived: that moves money, and is `extend`'s. One that the books have nothing of is named apart from
 * those that have ended: they may have lost it. The server is asked each time whether it is another, since this
 * is how those hear of it who reserve nothing.
 */
export const heartbeat: Script<HeartbeatKeys, HeartbeatArguments, HeartbeatReply> = {
  name: 'heartbeat',
  sha1: '15aa1f043719648fa6b07c5c5e319871086bd610',
  writes: true,
  keys: ['deadlines', 'meta'],
  keyLists: ['reservations'],
  args: ['now', 'qSeen', 'ttl'],
  argLists: [{ name: 'beats', fields: ['id', 'observed'] }],
  lua: luaText(
    '#!lua',
    [
      'from_amounts',
      'merge_amounts',
      'now_ms',
      'read_meta',
      'whole',
      'kept_of',
      'run_id',
      'refuse_epoch',
      'to_amounts',
    ],
    `local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[2])
if not meta then return refusal end
refusal = refuse_epoch(meta, nil, tonumber(ARGV[2]), 0)
if refusal then return refusal end
local expired, ended, missing, due, seen = {}, {}, {}, whole(now + tonumber(ARGV[3])), {}
for at = 3, #KEYS do seen[at] = to_amounts(ARGV[2 * at - 1]) end
for at = 3, #KEYS do
  local id, found = ARGV[2 * at - 2], redis.call('HMGET', KEYS[at], 'st', 'o')
  if found[1] == 'open' then
    local observed = from_amounts(merge_amounts(math.max, to_amounts(found[2] or '0 0 0'), seen[at]))
    redis.call('HSET', KEYS[at], 'o', observed, 'ttl', ARGV[3])
    redis.call('ZADD', KEYS[1], due, id)
  elseif found[1] == 'expired' then
    expired[#expired + 1] = id
  elseif found[1] then
    ended[#ended + 1] = id
  else
    missing[#missing + 1] = id
  end
end
return { 'ok', expired, ended, missing, whole(meta.since), whole(meta.q) }`,
  ),
}
