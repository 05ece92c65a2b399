import type { IncomingMessage } from 'node:http'
import { readBody } from '../../core/body.ts'
import type { Authorization } from '../../wire/hosting.ts'
import { isJsonType } from '../../wire/json.ts'
import { passageHeaders } from '../../wire/passage/headers.ts'
import type { Passage } from '../../wire/passage/passages.ts'

/** What a request is allowed by where its provider has a host; nothing where the provider's own key does. */
export interface Authorized {
  readonly headers: Authorization
  /** The body, where the headers are a signature over it. */
  readonly held?: Buffer
}

/**
 * The host's own headers for a request, and its body where it had to be held for them.
 *
 * @throws TollgateError `provider_unavailable` when there are no credentials to be had; what `readBody` throws.
 */
export async function authorize(
  req: IncomingMessage,
  passage: Passage,
  maxBodyBytes: number,
): Promise<Authorized> {
  const { provider, baseUrl, path, heldBytes } = passage
  if (provider.dialect === 'http') return { headers: {} }
  const { hosting, apiKeys, apiKey = apiKeys?.[0] } = provider
  if (!hosting?.authorize) return { headers: {} }
  const kind = isJsonType(req.headers['content-type']) ? 'text' : 'binary'
  const held =
    heldBytes === undefined ? undefined : await readBody(req, Math.min(heldBytes, maxBodyBytes), kind)
  const { origin, pathname } = new URL(baseUrl)
  const headers = await hosting.authorize({
    method: req.method ?? 'GET',
    origin,
    path: pathname.replace(/\/+$/, '') + path,
    headers: passageHeaders(req.headers, passage),
    body: held ?? NOTHING,
    apiKey,
  })
  return held ? { headers, held } : { headers }
}

/** Whoever signs nothing looks at no body. */
const NOTHING = Buffer.alloc(0)
