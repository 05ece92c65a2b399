// Made from lua/commands/cache by scripts/build-lua.ts.
import { evict } from './evict.ts'
import { find } from './find.ts'
import { forget } from './forget.ts'
import { keep } from './keep.ts'
import { remember } from './remember.ts'
import { renew } from './renew.ts'
import { reward } from './reward.ts'
import type { AnyScript } from './script.ts'

/** Every script of the cache. */
export const SCRIPTS: readonly AnyScript[] = [evict, find, forget, keep, remember, renew, reward]
