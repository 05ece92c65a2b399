import { createHmac } from 'node:crypto'
import type { Clock } from '@tollgate/kit/core'
import type { AlertRule } from '../config/index.ts'
import type { Alert } from './alert.ts'

export interface WebhookOptions {
  readonly clock: Clock
  readonly fetch?: typeof fetch
  /** How long an address may take to answer, ms. */
  readonly deadlineMs?: number
}

/** Tells one address of an alert. Rejects when it has not been told. */
export type Webhook = (alert: Alert) => Promise<void>

/**
 * An address that is told of alerts by POST: as Slack takes it (https://api.slack.com/messaging/webhooks), or as a program
 * reads it. With a secret what is sent is signed, together with the time, so that nobody can send it a second time later:
 * `x-tollgate-signature: t=<seconds>,v1=<hex of HMAC-SHA256 over "<seconds>.<body>">`.
 */
export function webhook(
  { to, format, secret }: Pick<AlertRule, 'to' | 'format' | 'secret'>,
  { clock, fetch: send = fetch, deadlineMs = 5_000 }: WebhookOptions,
): Webhook {
  return async (alert) => {
    const body = JSON.stringify(format === 'slack' ? { text: alert.text } : genericOf(alert))
    const answer = await send(to, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(secret !== undefined && { 'x-tollgate-signature': signature(secret, body, clock.now()) }),
      },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(deadlineMs),
    })
    await answer.body?.cancel()
    if (!answer.ok) throw new Error(`it answered ${answer.status}`)
  }
}

function genericOf({ kind, org, id, text, facts }: Alert): object {
  return { kind, org, id, text, ...facts }
}

/** What `x-tollgate-signature` says of a body. */
export function signature(secret: string, body: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000)
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return `t=${seconds},v1=${mac}`
}
