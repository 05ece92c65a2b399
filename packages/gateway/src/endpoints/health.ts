import { type Clock, defineStage, type Stage } from '@tollgate/kit/core'
import type { KnownProvider } from '../config/index.ts'
import { runnable } from '../say/runnable.ts'
import { sendJson } from './json.ts'

/**
 * What a gateway needs to serve. Each check resolves when it is there, and rejects when it is not. One that resolves with
 * a text is there, but worse than it should be, for the reason that the text says: the gateway is ready all the same.
 */
export type Checks = Readonly<Record<string, () => unknown>>

/** Live: the process answers. */
export const healthz = (): Stage =>
  defineStage({
    name: 'healthz',
    handle: function healthz(_req, res) {
      sendJson(res, { status: 'ok' })
    },
  })

export interface Readiness {
  readonly stage: Stage
  /**
   * The same for operators, who are also told which deployments are shut, and why: they may all be, of a route or two; and
   * whom each provider is taken for.
   */
  readonly operatorStage: Stage
  /** Answer 503 from now on, so that no balancer sends more. */
  stop(): void
}

/** Whoever asks, asks for free: the checks run at most this often. */
const MAX_AGE_MS = 1000

/** Something that no request is sent to just now. */
export interface ShutDeployment {
  readonly deployment: string
  readonly because: string
  readonly until: string
}

export interface ReadinessOptions {
  readonly clock: Clock
  /** What is shut now. */
  readonly shut?: () => readonly ShutDeployment[]
  /** Whom requests may go to, and whom each is known as. */
  readonly providers?: readonly KnownProvider[]
  /** The config, as it was named: commands that are told of need it. */
  readonly file?: string | undefined
}

/**
 * Ready: everything that a request needs is there. Answers 503 while something is not, and says what; why is for the
 * operator alone, and is a warning of the process.
 */
export function readiness(
  checks: Checks,
  { clock, file, shut = () => [], providers = [] }: ReadinessOptions,
): Readiness {
  const runChecks = checker(checks, file)
  let stopping = false
  let latest: Promise<Findings> | undefined
  let askedAtMs = 0

  const findings = () => {
    if (!latest || clock.now() - askedAtMs >= MAX_AGE_MS) {
      askedAtMs = clock.now()
      latest = runChecks()
    }
    return latest
  }

  const telling = (more: () => object): Stage =>
    defineStage({
      name: 'readyz',
      handle: async function readyz(_req, res) {
        const found = await findings()
        const ready = !stopping && Object.values(found).every((each) => each !== 'failing')
        const status = stopping ? 'stopping' : ready ? 'ready' : 'not ready'
        sendJson(res, { status, checks: found, ...more() }, ready ? 200 : 503)
      },
    })
  return {
    stage: telling(() => ({})),
    operatorStage: telling(() => ({ shut: shut(), providers })),
    stop() {
      stopping = true
    },
  }
}

type Findings = Readonly<Record<string, 'ok' | 'impaired' | 'failing'>>

/** The checks, as one; a check that begins to fail is said once, until it has been right again. */
function checker(checks: Checks, file: string | undefined): () => Promise<Findings> {
  const told = new Map<string, 'impaired' | 'failing'>()

  function tell(name: string, how: 'impaired' | 'failing', reason: string) {
    if (told.get(name) !== how)
      warn(`${how === 'failing' ? 'not ready: ' : ''}${name}: ${runnable(reason, file)}`)
    told.set(name, how)
    return [name, how] as const
  }

  const run = async (name: string, check: () => unknown) => {
    try {
      const found = await check()
      if (typeof found === 'string') return tell(name, 'impaired', found)
      told.delete(name)
      return [name, 'ok'] as const
    } catch (error) {
      return tell(name, 'failing', reasonOf(error))
    }
  }
  return async () => {
    const found = await Promise.all(Object.entries(checks).map(([name, check]) => run(name, check)))
    return Object.fromEntries(found)
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function warn(text: string): void {
  process.emitWarning(text, {
    type: 'TollgateWarning',
    code: 'TOLLGATE_NOT_READY',
  })
}
