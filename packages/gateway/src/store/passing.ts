import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../config/index.ts'
import { type OwnFirst, ownFirst } from './own-first.ts'
import { beginPass, type Pass, type ProvisionOptions, stepsOf } from './provision.ts'
import type { ProvisionedNotes } from './provisioned-notes.ts'

/** A pass over all accounts that lets callers come before it has ended. */
export interface Passing {
  readonly config: Config
  /** What was begun; rejected when that could not be. */
  readonly begun: Promise<Pass>
  /** Waits for what is begun, and no longer. */
  readonly first: OwnFirst
  /** Resolves when callers may come; rejected when it was given up before that. */
  readonly ready: Promise<void>
  /** Resolves when all accounts have had theirs, or it was stopped or given up. */
  readonly ended: Promise<void>
  /** Resolves when nothing of it runs: nobody is given anything by its config any more. */
  stop(): Promise<void>
}

export interface PassingOptions extends Omit<ProvisionOptions, 'notes'> {
  readonly withNotes: (config: Config, work: (notes: ProvisionedNotes) => Promise<void>) => Promise<void>
  /** Told what could not be done once callers had come; it is tried again by itself. */
  readonly onFault: (error: unknown) => void
  /** So many accounts have their budgets before anybody may come, where there are more; of fewer all have. */
  readonly beforeAnybody: number
  /** After how long something is tried again, ms. */
  readonly retryMs: number
}

/** What was there before a pass. */
export interface PassedBefore {
  /** One by another config, which is stopped first. */
  readonly before?: Passing | undefined
  /** One by the same config that had let callers come: this one goes on in its place, whatever `before` has given to whom. */
  readonly again?: Passing | undefined
}

export function passOver(
  config: Config,
  { withNotes, onFault, beforeAnybody, retryMs, ...options }: PassingOptions,
  { before, again }: PassedBefore,
): Passing {
  const { signal, abort } = abortable()
  const begun = Promise.withResolvers<Pass>()
  const ready = Promise.withResolvers<void>()
  let mayCome = again !== undefined
  const stopped = Promise.resolve(before?.stop())
  if (again) begun.resolve(stopped.then(() => again.begun))

  function come(): void {
    mayCome = true
    ready.resolve()
  }

  async function goThrough(notes: ProvisionedNotes): Promise<void> {
    const pass = await beginPass(config, { ...options, notes })
    begun.resolve(pass)
    let looked = 0
    for await (const count of stepsOf(pass)) {
      looked += count
      if (looked >= beforeAnybody) come()
      if (signal.aborted) return
    }
  }

  /** Until it is done: before anybody has come, whoever waits may rather give up. */
  async function untilDone(): Promise<void> {
    await stopped
    for (let done = false; !done && !signal.aborted; ) {
      try {
        await withNotes(config, goThrough)
        done = true
      } catch (error) {
        if (!mayCome) throw error
        onFault(error)
        await pause(retryMs, undefined, { signal, ref: false }).catch(() => {})
      }
    }
    come()
  }

  const give = begun.promise.then((pass) => ownFirst(pass, config, { hasStated: !again }))
  const giving = new Set<Promise<unknown>>()
  const ended = untilDone()
    .catch(ready.reject)
    .finally(() => begun.reject(new Error('nobody is given budgets any more')))
  // Whoever asks for them is told.
  for (const promise of [give, ready.promise]) promise.catch(() => {})

  return {
    config,
    begun: begun.promise,
    ready: ready.promise,
    ended,
    first(accounts) {
      const given = give.then((give) => give(accounts)).finally(() => giving.delete(given))
      giving.add(given)
      return given
    },
    async stop() {
      abort()
      await ended
      await Promise.allSettled(giving)
    },
  }
}

function abortable(): { readonly signal: AbortSignal; abort(): void } {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}
