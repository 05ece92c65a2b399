// Made from lua/commands by scripts/build-lua.ts.
import { adjust } from './adjust.ts'
import { dropUnbooked } from './drop-unbooked.ts'
import { expire } from './expire.ts'
import { extend } from './extend.ts'
import { heartbeat } from './heartbeat.ts'
import { init } from './init.ts'
import { overdue } from './overdue.ts'
import { provision } from './provision.ts'
import { read } from './read.ts'
import { reassert } from './reassert.ts'
import { record } from './record.ts'
import { recover } from './recover.ts'
import { release } from './release.ts'
import { reserve } from './reserve.ts'
import { resetClock } from './reset-clock.ts'
import type { AnyScript } from './script.ts'
import { settle } from './settle.ts'
import { settleExpired } from './settle-expired.ts'
import { unconfirmed } from './unconfirmed.ts'

/** Every script of the ledger. */
export const SCRIPTS: readonly AnyScript[] = [
  adjust,
  dropUnbooked,
  expire,
  extend,
  heartbeat,
  init,
  overdue,
  provision,
  read,
  reassert,
  record,
  recover,
  release,
  reserve,
  resetClock,
  settle,
  settleExpired,
  unconfirmed,
]
