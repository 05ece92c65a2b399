import { SCRIPTS } from './scripts/catalog.ts'

/** What rate-limiter-flexible sends, and what its script calls. */
const OF_REQUESTS = ['expire', 'get', 'incrby', 'pttl', 'set'] as const

/** What an ACL user must be allowed besides what the ledger's is, for the limits of a fleet: `redisAcl(prefix, { also })`. */
export const LIMIT_COMMANDS: readonly string[] = [
  ...new Set([
    ...OF_REQUESTS,
    ...SCRIPTS.flatMap(({ lua }) =>
      [...lua.matchAll(/redis\.call\(\s*'(\w+)'/g)].map(([, command]) => command!.toLowerCase()),
    ),
  ]),
].toSorted()
