// Made from lua/commands/directory by scripts/build-lua.ts.
import { putKey } from './put-key.ts'
import { putRecord } from './put-record.ts'
import type { AnyScript } from './script.ts'

/** Every script of the directory. */
export const SCRIPTS: readonly AnyScript[] = [putKey, putRecord]
