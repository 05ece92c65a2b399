// Made from lua/commands/limits by scripts/build-lua.ts.
import { give } from './give.ts'
import { hold } from './hold.ts'
import type { AnyScript } from './script.ts'
import { shut } from './shut.ts'
import { take } from './take.ts'

/** Every script of the limits. */
export const SCRIPTS: readonly AnyScript[] = [give, hold, shut, take]
