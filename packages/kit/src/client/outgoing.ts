import { isUtf8 } from 'node:buffer'
import { TollgateError } from '../core/errors.ts'
import { isForm } from '../wire/form.ts'

/** What it is to send a request: Node's own `fetch`, or anything that behaves as it does. */
export type Fetch = typeof globalThis.fetch

/** A call of `fetch` on its way out: read far enough to price it, and to send it with another body. */
export interface Outgoing {
  readonly method: string
  readonly url: URL
  readonly signal: AbortSignal | undefined
  /**
   * The body, which can be read once. @throws TollgateError `unsupported_media_type` when it is compressed,
   * `invalid_request` when it is a text that is not UTF-8; TypeError where `fetch` would, before it sends anything.
   */
  body(): Promise<OutgoingBody>
  /** Send it with this body. */
  send(fetch: Fetch, body: OutgoingBody): Promise<Response>
}

export interface OutgoingBody {
  readonly bytes: Buffer
  /** As the caller said it, or as `fetch` itself would of a form; JSON where nobody has said. */
  readonly contentType: string
}

const JSON_TYPE = 'application/json'

/** Read what `fetch` was called with: a URL and its options, or a Request. @throws TypeError where `fetch` would. */
export function outgoingOf(input: Parameters<Fetch>[0], init: RequestInit = {}): Outgoing {
  const request = input instanceof Request ? input : undefined
  const headers = new Headers(init.headers ?? request?.headers)
  const signal = init.signal === undefined ? request?.signal : init.signal
  return {
    method: (init.method ?? request?.method ?? 'GET').toUpperCase(),
    url: new URL(request?.url ?? String(input)),
    signal: signal ?? undefined,
    async body() {
      if ((headers.get('content-encoding') ?? 'identity') !== 'identity') {
        throw new TollgateError('unsupported_media_type', {
          message: 'A compressed body cannot be priced. Send it as it is.',
        })
      }
      // What fetch itself would not take is known before anything is reserved for it.
      new Request(request ?? input, { ...init, headers, body: '', signal: null })
      const said = headers.get('content-type')
      if (typeof init.body === 'string')
        return { bytes: Buffer.from(init.body), contentType: said ?? JSON_TYPE }
      const whole = request ? new Request(request, init) : new Response(init.body)
      const contentType = said ?? whole.headers.get('content-type') ?? JSON_TYPE
      const bytes = Buffer.from(await whole.arrayBuffer())
      // Invalid UTF-8 is decoded differently by different parsers; what was checked must be what the provider reads.
      if (!isForm(contentType) && !isUtf8(bytes)) {
        throw new TollgateError('invalid_request', { message: 'The body is not valid UTF-8.' })
      }
      return { bytes, contentType }
    },
    send(fetch, { bytes, contentType }) {
      // The length is of the body that was; without a type, fetch would not say what these bytes are.
      headers.delete('content-length')
      headers.set('content-type', contentType)
      const changed = { ...init, headers, body: bytes }
      return request ? fetch(new Request(request, changed)) : fetch(input, changed)
    },
  }
}
