import type { ServerResponse } from 'node:http'
import type { Transform } from 'node:stream'
import type { Dispatcher } from 'undici'
import { decodeStream } from '../../core/decode.ts'
import { isReturned } from '../../wire/openai/headers.ts'
import { type Failure, failureOf, isRetryable, publicTextOf, retryAfterMs } from './failure.ts'

/** One call of one provider, ready to be sent. */
export interface UpstreamRequest {
  readonly origin: string
  readonly path: string
  readonly headers: string[]
  readonly body: Buffer
  readonly firstByteMs: number
  readonly idleMs: number
}

/** How it ended: the answer is with the client, whole or cut, or it failed before the client saw a byte. */
export type UpstreamResult =
  | {
      readonly end: 'answered' | 'cut'
      readonly status: number
      readonly firstByteMs: number
      readonly cause?: unknown
    }
  | { readonly end: 'failed'; readonly failure: Failure; readonly sent: boolean }

export interface UpstreamHooks {
  /** The provider has the request, or part of it: from here on it may cost. */
  onSent(): void
  /** An answer for the client begins: the last moment to set headers. */
  onAnswer(status: number): void
}

/** The most that is read of an error body. */
const MAX_ERROR_BYTES = 64 * 1024

class ClientLeft extends Error {}

/**
 * Send one call and pipe its answer to the client, byte for byte, with the client's back-pressure. An answer that
 * another deployment may better is kept from the client. Aborts the provider at once when the client leaves.
 */
export function callUpstream(
  dispatcher: Dispatcher,
  request: UpstreamRequest,
  res: ServerResponse,
  hooks: UpstreamHooks,
): Promise<UpstreamResult> {
  return new Promise((resolve) => {
    const startedAtMs = performance.now()
    let controller: Dispatcher.DispatchController | undefined
    let sent = false
    let status = 0
    let firstByteMs = 0
    let refused: Buffer[] | undefined
    let refusedBytes = 0
    let wait: number | undefined
    let decoder: Transform | undefined

    const leave = () => stop(new ClientLeft('the client left'))
    const stop = (why: Error) => {
      controller?.abort(why)
      decoder?.destroy(why)
    }
    const resume = () => {
      decoder?.resume()
      controller?.resume()
    }
    const done = (result: UpstreamResult) => {
      res.off('close', leave)
      res.off('drain', resume)
      resolve(result)
    }
    const cut = (cause: unknown) => done({ end: 'cut', status, firstByteMs, cause })
    const fail = (failure: Failure) => done({ end: 'failed', failure, sent })
    const refusal = (): Failure => {
      const publicText = publicTextOf(Buffer.concat(refused ?? []))
      return {
        outcome: 'refused',
        status,
        ...(publicText === undefined ? {} : { publicText }),
        ...(wait === undefined ? {} : { retryAfterMs: wait }),
      }
    }
    res.once('close', leave)
    res.on('drain', resume)

    dispatcher.dispatch(
      {
        origin: request.origin,
        path: request.path,
        method: 'POST',
        headers: request.headers,
        body: request.body,
        headersTimeout: request.firstByteMs,
        bodyTimeout: request.idleMs,
      },
      {
        onRequestStart(started) {
          controller = started
          sent = true
          hooks.onSent()
          if (res.closed || res.destroyed) leave()
        },
        onResponseStart(_, statusCode, headers) {
          status = statusCode
          firstByteMs = performance.now() - startedAtMs
          if (isRetryable(statusCode)) {
            refused = []
            wait = retryAfterMs(headers['retry-after'], Date.now())
            return
          }
          res.statusCode = statusCode
          for (const [name, value] of Object.entries(headers)) {
            if (value !== undefined && isReturned(name)) res.setHeader(name, value)
          }
          hooks.onAnswer(statusCode)
          const encoding = headers['content-encoding']
          decoder = decodeStream(typeof encoding === 'string' ? encoding : undefined)
          decoder?.on('data', (bytes: Buffer) => {
            if (!res.write(bytes)) decoder?.pause()
          })
          // From the first byte on: bytes that cannot be decoded are the provider's fault, and never the process's end.
          decoder?.on('error', (cause) => {
            stop(cause)
            cut(cause)
          })
          if (String(headers['content-type']).startsWith('text/event-stream')) res.flushHeaders()
          // With its length the answer needs no chunks, and no write of its own to end them.
          else if (headers['content-length'] && !decoder)
            res.setHeader('content-length', headers['content-length'])
        },
        onResponseData(current, bytes) {
          if (refused) {
            refusedBytes += bytes.length
            if (refusedBytes <= MAX_ERROR_BYTES) refused.push(bytes)
          } else if (!(decoder ?? res).write(bytes)) {
            current.pause()
            decoder?.once('drain', () => current.resume())
          }
        },
        onResponseEnd() {
          if (refused) return fail(refusal())
          const answered: UpstreamResult = { end: 'answered', status, firstByteMs }
          if (!decoder) return done(answered)
          decoder.once('end', () => done(answered))
          decoder.end()
        },
        onResponseError(_, error) {
          if (refused) return fail(refusal())
          if (status > 0) {
            // What it still holds would come behind the end of this answer.
            decoder?.destroy()
            return cut(error)
          }
          fail(error instanceof ClientLeft ? { outcome: 'left' } : failureOf(error, sent))
        },
      },
    )
  })
}
