import { createHook } from 'node:async_hooks'

/** What is open in this process, of what a request may leave behind: those too that would not keep it running. */
export interface OpenResources {
  readonly timers: number
  /** Connections, each end of one. */
  readonly sockets: number
  stop(): void
}

/** Count what is opened from now on, and not closed. */
export function openResources(): OpenResources {
  const open = { Timeout: new Set<number>(), TCPWRAP: new Set<number>() }
  const hook = createHook({
    init(id, type) {
      if (type === 'Timeout' || type === 'TCPWRAP') open[type].add(id)
    },
    destroy(id) {
      open.Timeout.delete(id)
      open.TCPWRAP.delete(id)
    },
  }).enable()
  return {
    get timers() {
      return open.Timeout.size
    },
    get sockets() {
      return open.TCPWRAP.size
    },
    stop: () => void hook.disable(),
  }
}
