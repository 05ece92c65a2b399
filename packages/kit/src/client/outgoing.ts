import { isUtf8 } from 'node:buffer'
import { TollgateError } from '../core/errors.ts'

/** What it is to send a request: Node's own `fetch`, or anything that behaves as it does. */
export type Fetch = typeof globalThis.fetch

/** A call of `fetch` on its way out: read far enough to price it, and to send it with another body. */
export interface Outgoing {
  readonly method: string
  readonly url: URL
  readonly signal: AbortSignal | undefined
  /**
   * The body, which can be read once. @throws TollgateError `unsupported_media_type` when it is compressed,
   * `invalid_request` when it is not UTF-8; TypeError where `fetch` would, before it sends anything.
   */
  bytes(): Promise<Buffer>
  /** Send it with this body. */
  send(fetch: Fetch, body: Buffer): Promise<Response>
}

/** Read what `fetch` was called with: a URL and its options, or a Request. @throws TypeError where `fetch` would. */
export function outgoingOf(input: Parameters<Fetch>[0], init: RequestInit = {}): Outgoing {
  const request = input instanceof Request ? input : undefined
  const headers = new Headers(init.headers ?? request?.headers)
  const signal = init.signal === undefined ? request?.signal : init.signal
  return {
    method: (init.method ?? request?.method ?? 'GET').toUpperCase(),
    url: new URL(request?.url ?? String(input)),
    signal: signal ?? undefined,
    async bytes() {
      if ((headers.get('content-encoding') ?? 'identity') !== 'identity') {
        throw new TollgateError('unsupported_media_type', {
          message: 'A compressed body cannot be priced. Send it as it is.',
        })
      }
      // What fetch itself would not take is known before anything is reserved for it.
      new Request(request ?? input, { ...init, headers, body: '', signal: null })
      if (typeof init.body === 'string') return Buffer.from(init.body)
      const whole = request ? new Request(request, init) : new Response(init.body)
      const bytes = Buffer.from(await whole.arrayBuffer())
      // Invalid UTF-8 is decoded differently by different parsers; what was checked must be what the provider reads.
      if (!isUtf8(bytes)) {
        throw new TollgateError('invalid_request', { message: 'The body is not valid UTF-8.' })
      }
      return bytes
    },
    send(fetch, body) {
      // The length is of the body that was; without a type, fetch would not say that these bytes are JSON.
      headers.delete('content-length')
      if (!headers.has('content-type')) headers.set('content-type', 'application/json')
      const changed = { ...init, headers, body }
      return request ? fetch(new Request(request, changed)) : fetch(input, changed)
    },
  }
}
