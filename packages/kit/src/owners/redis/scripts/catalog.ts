// Made from lua/commands/owners by scripts/build-lua.ts.
import { claim } from './claim.ts'
import type { AnyScript } from './script.ts'

/** Every script of the owners. */
export const SCRIPTS: readonly AnyScript[] = [claim]
