import { SCRIPTS } from './scripts/catalog.ts'

/** What the ledger and its client send besides scripts. */
const SENT = [
  'auth',
  'cluster|info',
  'cluster|slots',
  'config|get',
  'eval',
  'evalsha',
  'hello',
  'hdel',
  'hexists',
  'hget',
  'hgetall',
  'hkeys',
  'hmget',
  'hscan',
  'hvals',
  'info',
  'ping',
  'quit',
  'sadd',
  'select',
  'smembers',
  'time',
]

/**
 * The rules of an ACL user that may do all that the ledger does and nothing else, for `ACL SETUSER`. Redis asks them of
 * what a script calls as well, so they are read from the scripts.
 *
 * @param also commands of others that share the user, in lower case.
 */
export function redisAcl(prefix = 'tg', { also = [] }: { readonly also?: readonly string[] } = {}): string {
  const called = SCRIPTS.flatMap(({ lua }) =>
    [...lua.matchAll(/redis\.call\(\s*'(\w+)'/g)].map(([, command]) => command!.toLowerCase()),
  )
  const commands = [...new Set([...SENT, ...called, ...also])].toSorted()
  return ['on', `~${prefix}:*`, `&${prefix}:*`, '-@all', ...commands.map((command) => `+${command}`)].join(
    ' ',
  )
}
