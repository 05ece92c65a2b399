// Made from lua/commands/read.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Int, Script, State, Text } from './script.ts'

export interface ReadKeys {
  readonly meta: string
  /** 1 to 100. */
  readonly accounts: readonly string[]
}

export interface ReadArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  /** As the caller has seen them; '' for an account it has not seen. */
  readonly accounts: readonly {
    readonly v: Argument
    readonly shape: Argument
  }[]
  /** As in reserve. */
  readonly windows: readonly Argument[]
}

export type ReadReply =
  /** In the order of the keys; windows as in reserve. */
  | readonly ['ok', accounts: readonly State[], windows: Text, q: Int]
  | readonly ['window', now: Int]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * Where accounts stand in their windows of now.
 */
export const read: Script<ReadKeys, ReadArguments, ReadReply> = {
  name: 'read',
  sha1: '7050f717e21e24a233b4ef48789d1dc27bfa369f',
  writes: false,
  keys: ['meta'],
  keyLists: ['accounts'],
  args: ['now'],
  argLists: [
    { name: 'accounts', fields: ['v', 'shape'] },
    { name: 'windows', fields: [] },
  ],
  lua: luaText(
    '#!lua flags=no-writes',
    [
      'choose_windows',
      'whole',
      'describe_account',
      'now_ms',
      'fields_of',
      'read_account',
      'read_meta',
      'to_counter',
    ],
    `local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[1])
if not meta then return refusal end
local newest = math.max(now, meta.newest)
local windows = choose_windows(ARGV, 2 * #KEYS, newest)
if not windows then return { 'window', whole(newest) } end
local states = {}
for at = 2, #KEYS do
  local v, shape = ARGV[2 * at - 2], ARGV[2 * at - 1]
  local account = read_account(at - 1, KEYS[at], shape, windows)
  if account.v == v and v ~= '' then
    local state = { 'ok', redis.call('HGET', KEYS[at], 'limits') }
    for rule = 1, #shape / 2 do
      state[rule + 2] = string.format('%d %d %d %d', to_counter(account.counters[rule]))
    end
    states[at - 1] = state
  else
    states[at - 1] = { 'stale', unpack(describe_account(at - 1, KEYS[at])) }
  end
end
return { 'ok', states, table.concat(windows.texts, ';'), whole(meta.q) }`,
  ),
}
