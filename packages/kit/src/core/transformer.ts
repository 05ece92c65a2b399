import type { ServerResponse } from 'node:http'

/** Sees an answer go by. The bytes are the handler's, before the transformer. */
export interface Observer {
  /** The first byte, or the head of an answer that has none. */
  head?(res: ServerResponse): void
  chunk?(bytes: Buffer): void
  /** All of it has been seen, and its end is still here: that waits for this. */
  last?(): Promise<unknown> | undefined
  end?(): void
}

/** May change an answer on its way: there is one per response. */
export interface Transformer {
  /** The status and headers are known. `hold` keeps the answer back until it is complete, up to 4 MiB. */
  head(res: ServerResponse): 'hold' | 'pass'
  /** The bytes to send in place of these; undefined to send nothing now. */
  chunk(bytes: Buffer): Buffer | undefined
  /**
   * Asked when there is something to send, and again after each wait: undefined when it may go out, else a promise of the
   * moment to ask again. Meanwhile everything waits in its order, the end too, and whoever writes is held back.
   */
  wait?(): Promise<unknown> | undefined
  /** The handler is done: what is left to send. Headers can still be set on an answer that was held. */
  flush(): Buffer | undefined | Promise<Buffer | undefined>
}

/** What observers have to do before the end of an answer goes out; a failure of theirs is theirs. Undefined as a rule. */
export function lastWork(observers: readonly Observer[]): Promise<unknown> | undefined {
  let work: Promise<unknown> | undefined
  for (const observer of observers) {
    const own = observer.last?.()
    if (own) work = Promise.allSettled([work, own])
  }
  return work
}
