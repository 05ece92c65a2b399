/**
 * Loaded before a gateway of a fleet, it makes of the built kit another release: one whose scripts have another text, and
 * so another hash; or one that reads and writes another layout of the books as well.
 */
import { hash } from 'node:crypto'
import { createRequire } from 'node:module'

interface Script {
  readonly name: string
  lua: string
  sha1: string
}

export type Release = 'older' | 'other layout'

/** A script as that release has it. */
export function scriptOf(release: Release, lua: string): string {
  const other = lua.replace('\n', '\n-- as another release had it\n')
  if (release === 'older') return other
  return other.replace(/found\[1\] ([~=]=) '1'/g, "found[1] $1 '2'").replace("'lv', '1'", "'lv', '2'")
}

const release = process.env.OTHER_RELEASE as Release | undefined
if (release) {
  const require = createRequire(import.meta.url)
  const { SCRIPTS } = require('../../packages/kit/dist/ledger/redis/scripts/catalog.js') as {
    SCRIPTS: Script[]
  }
  for (const script of SCRIPTS) {
    script.lua = scriptOf(release, script.lua)
    script.sha1 = hash('sha1', script.lua)
  }
}
