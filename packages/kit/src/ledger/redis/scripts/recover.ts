// Made from lua/commands/recover.lua by scripts/build-lua.ts.
import type { Argument, Int, Script, Text } from './script.ts'

export interface RecoverKeys {
  readonly meta: string
}

export interface RecoverArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  /** As in reserve. */
  readonly qSeen: Argument
  /** As in reserve. */
  readonly qSafe: Argument
  /** '1' when an operator has decided that what cannot be re-asserted is lost. */
  readonly confirmed: Argument
  /** Ms in which nothing new is admitted. */
  readonly pause: Argument
}

export type RecoverReply =
  /** Callers of an earlier `ep` re-assert. */
  | readonly ['ok', ep: Int, until: Int, q: Int]
  /** The books are not behind. */
  | readonly ['there', ep: Int, until: Int, q: Int]
  | readonly ['rolled_back', ep: Int, q: Int]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * Take up the books on another server, or on one that has lost its newest changes. Nothing new is admitted
 * for a while, in which callers re-assert what they know. Whoever comes second finds it done.
 */
export const recover: Script<RecoverKeys, RecoverArguments, RecoverReply> = {
  name: 'recover',
  sha1: 'bd1744479bfb102594175e8813fc37801ad1ccd9',
  writes: true,
  keys: ['meta'],
  keyLists: [],
  args: ['now', 'qSeen', 'qSafe', 'confirmed', 'pause'],
  argLists: [],
  lua: `#!lua
local function now_ms(given)
  if given ~= '' then return tonumber(given) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function read_meta(key)
  local found = redis.call('HMGET', key, 'lv', 'unit', 'q', 't', 'rid', 'ru', 'ep')
  if found[1] ~= '1' or found[2] ~= 'nano-USD' then
    return nil, { 'layout', found[1] or '', found[2] or '' }
  end
  return {
    q = tonumber(found[3]),
    newest = tonumber(found[4]),
    run_id = found[5],
    closed_until = tonumber(found[6]),
    epoch = tonumber(found[7]),
  }
end
local function run_id()
  return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
end
local function whole(number)
  return string.format('%d', number)
end
local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[1])
if not meta then return refusal end
local seen, here = tonumber(ARGV[2]), run_id()
if meta.run_id == here and meta.q >= seen then
  return { 'there', whole(meta.epoch), whole(meta.closed_until), whole(meta.q) }
end
if meta.q < tonumber(ARGV[3]) and ARGV[4] ~= '1' then
  return { 'rolled_back', whole(meta.epoch), whole(meta.q) }
end
local open_again, q = whole(now + tonumber(ARGV[5])), whole(math.max(meta.q, seen) + 1)
redis.call('HSET', KEYS[1], 'rid', here, 'ru', open_again, 'q', q, 'ep', whole(meta.epoch + 1))
return { 'ok', whole(meta.epoch + 1), open_again, q }
`,
}
