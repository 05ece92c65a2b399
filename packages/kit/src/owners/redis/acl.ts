import { SCRIPTS } from './scripts/catalog.ts'

/** What is asked besides the script. */
const SENT = ['get', 'del'] as const

/** What an ACL user must be allowed besides what the ledger's is, for a register of owners: `redisAcl(prefix, { also })`. */
export const OWNER_COMMANDS: readonly string[] = [
  ...new Set([
    ...SENT,
    ...SCRIPTS.flatMap(({ lua }) =>
      [...lua.matchAll(/redis\.call\(\s*'(\w+)'/g)].map(([, command]) => command!.toLowerCase()),
    ),
  ]),
].toSorted()
