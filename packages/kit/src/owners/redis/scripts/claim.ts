// Made from lua/commands/owners/claim.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Script } from './script.ts'

export interface ClaimKeys {
  /** String: the owner, a line; then what is known of it. */
  readonly thing: string
}

export interface ClaimArguments {
  /** Without a line feed. */
  readonly owner: Argument
  /** '' for what is known already. */
  readonly facts: Argument
  /** Ms. */
  readonly ttl: Argument
}

export type ClaimReply =
  | readonly ['claimed']
  /** It is somebody else's. */
  | readonly ['taken']

/**
 * Write down who made a thing. Whoever was first stays its owner; what is claimed again by the same is kept for the longer
 * time, and knows what it knew where nothing is said.
 */
export const claim: Script<ClaimKeys, ClaimArguments, ClaimReply> = {
  name: 'claim',
  sha1: '5f088f69a5111ae21c408ba2970383f0e7644b34',
  writes: true,
  keys: ['thing'],
  keyLists: [],
  args: ['owner', 'facts', 'ttl'],
  argLists: [],
  lua: luaText(
    '#!lua',
    ['whole'],
    `local kept = redis.call('GET', KEYS[1])
local facts, ttl = ARGV[2], tonumber(ARGV[3])
if kept then
  local cut = string.find(kept, '\\n', 1, true)
  if string.sub(kept, 1, cut - 1) ~= ARGV[1] then return { 'taken' } end
  if facts == '' then facts = string.sub(kept, cut + 1) end
  ttl = math.max(ttl, redis.call('PTTL', KEYS[1]))
end
redis.call('SET', KEYS[1], ARGV[1] .. '\\n' .. facts, 'PX', whole(ttl))
return { 'claimed' }`,
  ),
}
