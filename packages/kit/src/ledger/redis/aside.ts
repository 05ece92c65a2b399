import { machineTimers } from '../../core/timers.ts'
import { askRedis } from './ask.ts'
import type { Shared } from './books.ts'
import { connectRedis, type RedisConnection, type RedisTarget } from './connection.ts'
import { ledgerKeys } from './keys.ts'

export interface AsideOptions {
  /** Of the ledger's keys. Default `tg`. */
  readonly prefix?: string
  /** How long a command may take, ms. */
  readonly deadlineMs?: number
}

export interface Aside extends Pick<Shared, 'keys' | 'ask' | 'call'>, Pick<RedisConnection, 'callEach'> {
  close(): Promise<void>
}

/** A connection beside those of any ledger. It is made when something is first asked: most gateways are never asked. */
export function aside(target: RedisTarget, { prefix = 'tg', deadlineMs = 5000 }: AsideOptions = {}): Aside {
  let opened: Pick<Aside, 'ask' | 'call' | 'callEach' | 'close'> | undefined

  function open() {
    if (opened) return opened
    const connection = connectRedis(target, () => {})
    const asking = askRedis(connection, { deadlineMs, timers: machineTimers })
    opened = { ...asking, close: () => connection.close() }
    return opened
  }

  return {
    keys: ledgerKeys(prefix),
    ask: (script, keys, args) => open().ask(script, keys, args),
    call: (command, ...args) => open().call(command, ...args),
    callEach: (command, ...args) => open().callEach(command, ...args),
    async close() {
      await opened?.close()
      opened = undefined
    },
  }
}
