import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context, Outcome } from './context.ts'
import { TollgateError } from './errors.ts'
import { warn } from './warn.ts'

/**
 * The way back. One listener per response, registered before any asynchronous work; when the response closes, for
 * finished and aborted alike, every entered stage settles once, the innermost first. A stage that is still working is
 * waited for: it may yet make a reservation that must be ended.
 */
export function armClose(context: Context, req: IncomingMessage, res: ServerResponse): void {
  if (context.closed) return
  res.once('close', () => {
    context.closed = true
    // A body that was put back and that nobody read would keep the connection's parser waiting for its end.
    if (!req.readableEnded) req.resume()
    const settle = () => void settleAll(context, req, res)
    if (context.working === 0) settle()
    else context.whenIdle = settle
  })
}

/** A stage begins or ends asynchronous work. */
export function beginWork(context: Context): void {
  context.working += 1
}

export function endWork(context: Context): void {
  context.working -= 1
  if (context.working === 0 && context.whenIdle) {
    const idle = context.whenIdle
    context.whenIdle = undefined
    idle()
  }
}

function outcomeOf(context: Context, res: ServerResponse): Omit<Outcome, 'passedOn'> {
  const finished = res.writableFinished
  const status = finished || res.headersSent ? res.statusCode : 499
  return {
    end: finished ? 'finished' : 'aborted',
    status,
    ...(context.refusal ? { refusal: context.refusal } : {}),
  }
}

async function settleAll(context: Context, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const outcome = outcomeOf(context, res)
  for (let index = context.entered.length - 1; index >= 0; index -= 1) {
    const { name, settle, passedOn } = context.entered[index]!
    if (!settle) continue
    try {
      const settling = settle(req, res, { ...outcome, passedOn })
      if (settling) await settling
    } catch (fault) {
      // One stage's fault must not keep the others from settling; nobody is left to answer to.
      warn('TOLLGATE_SETTLE_FAILED', faultText(name, fault))
    }
  }
}

function faultText(stage: string, fault: unknown): string {
  const text = TollgateError.is(fault) ? (fault.internal ?? fault.message) : String(fault)
  return `${stage} failed while it settled: ${text}`
}
