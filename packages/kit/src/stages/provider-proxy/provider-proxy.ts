import type { IncomingMessage, ServerResponse } from 'node:http'
import { tooLarge } from '../../core/body.ts'
import { type Clock, systemClock } from '../../core/clock.ts'
import { crowd } from '../../core/crowd.ts'
import { TollgateError } from '../../core/errors.ts'
import { defineStage, type Stage } from '../../core/stage.ts'
import type { NodeAgents } from '../../failover/node-agents.ts'
import { holdAtProvider } from '../../toll/provider-hold.ts'
import { type Passage, type Passages, passageOf } from '../../wire/passage/passages.ts'
import { tollSlot } from '../budget-reserve/slots.ts'
import { neededFor, passingChecked } from '../owner-check/slots.ts'
import { type Attempt, attempts } from '../provider-failover/slots.ts'
import { authorize } from './authorize.ts'
import { type Exchanged, exchange } from './exchange.ts'
import { faultOf } from './faults.ts'
import { type Forward, makeForwarder } from './forwarder.ts'
import { mayHaveBought } from './kept-answers.ts'

export interface ProviderProxyOptions {
  /** The same that tier-check and budget-reserve are given. */
  readonly passages: Passages
  /** How large a body may be, bytes: it passes as it comes, and is never held. */
  readonly maxBodyBytes?: number
  /** How long to wait for a connection, and between two bytes either way, ms. */
  readonly timeouts?: { readonly connectMs?: number; readonly idleMs?: number }
  /** How providers are connected to: `nodeAgents({ proxies })` where that is by a proxy. */
  readonly agents?: NodeAgents
  /** Aborted when the process is about to end, and has waited as long as it can: what runs is cut off. */
  readonly stop?: AbortSignal
  readonly clock?: Clock
}

/** As large as a file that OpenAI takes: https://platform.openai.com/docs/api-reference/files/create */
const MAX_BODY_BYTES = 512 * 1024 * 1024

/**
 * Pass on what is no call of a model (files, batches, fine-tuning, any other paid API), and its answer back, both as they
 * come; hand every other request on to the next stage, which is provider-failover as a rule. The client's credentials stay
 * here, and so does everything that would tell where the provider is.
 *
 * Refuses an upgrade with `invalid_request` (400), and a body that is too large (413). Answers `provider_error` (502),
 * `provider_unavailable` (503) or `provider_timeout` (504) in the provider's stead. Needs `http-proxy-middleware`. When the
 * process dies, what it had reserved expires, and is charged.
 *
 * @example
 * const passages = providerPassages({ providers: [{ name: 'openai', dialect: 'openai', baseUrl, apiKey }] })
 * app.use(budgetReserve({ ledger, passages }), usageReconcile(), providerProxy({ passages }), providerFailover({ routes }))
 */
export const providerProxy = ({
  passages,
  maxBodyBytes = MAX_BODY_BYTES,
  timeouts: { connectMs = 10_000, idleMs = 600_000 } = {},
  agents,
  stop = new AbortController().signal,
  clock = systemClock,
}: ProviderProxyOptions): Stage<never, never, 'provider-proxy'> => {
  const running = crowd<() => void>()
  stop.addEventListener('abort', () => {
    for (const end of running.present()) end()
  })
  let forwarder: Promise<Forward> | undefined

  const passOn = async (req: IncomingMessage, res: ServerResponse, passage: Passage): Promise<void> => {
    forwarder ??= makeForwarder(agents)
    const forward = await forwarder
    const authorized = await authorize(req, passage, maxBodyBytes)
    const toll = tollSlot.peek(req)
    const startedAtMs = clock.now()
    const spent = toll && (await holdAtProvider(toll, passage.provider, startedAtMs))
    if (spent) throw spent
    if (res.closed) return
    const exchanged = await exchange({
      req,
      res,
      passage,
      authorized,
      forward,
      maxBodyBytes,
      connectMs,
      idleMs,
      running,
      onSent() {
        if (toll) toll.sentAtMs = clock.now()
      },
      onAnswer: () => void res.setHeader('x-tollgate-provider', passage.provider.name),
      onCost: (cost) => void (cost && toll?.told.push(cost)),
    })
    attempts.set(req, [attemptOf(passage, exchanged, clock.now() - startedAtMs)])
    if (exchanged.end === 'answered' || exchanged.failure.how === 'left') return
    if (toll && isPaid(exchanged)) toll.cut = true
    throw faultOf(passage, exchanged.failure)
  }

  return defineStage({
    name: 'provider-proxy',
    needs: neededFor(passages.providers, passingChecked),
    observes: [tollSlot],
    handle: function providerProxy(req, res) {
      const passage = passageOf(req, passages)
      if (!passage) return
      const toll = tollSlot.peek(req)
      if (toll) {
        // Nothing has been sent yet, and this stage knows when it is.
        toll.proxied = true
        toll.sentAtMs = undefined
      }
      if (req.headers.upgrade !== undefined) throw noUpgrade()
      if (Number(req.headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge(maxBodyBytes)
      if (stop.aborted) throw faultOf(passage, { how: 'stopped' })
      return passOn(req, res, passage)
    },
  })
}

/** A connection that has changed its protocol would be a way around everything. */
function noUpgrade(): TollgateError {
  return new TollgateError('invalid_request', { message: 'An upgrade is not passed through to a provider.' })
}

/** Whether a failed exchange is charged: the provider has the request, and has not said that it did nothing. */
function isPaid({ failure, sent, begun }: Exchanged & { readonly end: 'failed' }): boolean {
  if (begun) return true
  // A provider does nothing with a request of which it has a part.
  if (!sent || failure.how === 'too-large') return false
  return failure.how !== 'refused' || mayHaveBought(failure.status)
}

/** In place of a model, which a passage has none of, the record has the path; not its query, which may say anything. */
function attemptOf({ provider, path }: Passage, exchanged: Exchanged, durationMs: number): Attempt {
  const model = path.split('?', 1)[0]!
  const base = { provider: provider.name, model, durationMs }
  if (exchanged.end === 'answered') {
    const { status, firstByteMs } = exchanged
    return { ...base, outcome: 'answered', status, firstByteMs }
  }
  const { failure } = exchanged
  if (failure.how === 'refused') return { ...base, outcome: 'refused', status: failure.status }
  return { ...base, outcome: failure.how === 'too-large' ? 'skipped' : failure.how }
}
