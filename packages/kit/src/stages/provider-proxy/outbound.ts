import type { IncomingMessage } from 'node:http'
import { Transform } from 'node:stream'
import { hasBody, readBody } from '../../core/body.ts'
import { misassembled } from '../../core/errors.ts'
import type { Authorization } from '../../wire/hosting.ts'
import { isJsonType } from '../../wire/json.ts'
import { passageHeaders } from '../../wire/passage/headers.ts'
import type { Passage } from '../../wire/passage/passages.ts'
import type { Outbound } from './forwarder.ts'

type Hooks = Pick<Outbound, 'onRequest' | 'onAnswer' | 'onError'>

export interface OutboundOptions extends Hooks {
  /** What the provider's host allows the request by, in place of a key. */
  readonly authorization: Authorization
  readonly maxBodyBytes: number
  /** Bytes of the body pass. */
  onBytes(): void
  /** There are more of them than may be. */
  onTooMany(): void
}

/** A request as its provider is to get it: its body passes as it comes, and is counted. */
export function outboundOf(
  req: IncomingMessage,
  passage: Passage,
  { authorization, maxBodyBytes, onBytes, onTooMany, ...hooks }: OutboundOptions,
): Outbound {
  let size = 0
  const body = new Transform({
    transform(bytes: Buffer, _encoding, done) {
      size += bytes.length
      onBytes()
      if (size <= maxBodyBytes) return done(null, bytes)
      // What is too much is swallowed; the exchange ends here.
      onTooMany()
      done()
    },
  })
  return Object.assign(body, {
    method: req.method ?? 'GET',
    url: passage.path,
    headers: { ...passageHeaders(req.headers, passage), ...authorization },
    httpVersion: '1.1' as const,
    httpVersionMajor: 1 as const,
    target: passage.baseUrl,
    ...hooks,
  })
}

/**
 * Let the body flow, from wherever it is: the connection, what has been held of it, or what the host has kept of it. A host
 * that has parsed anything but JSON has not kept its bytes.
 *
 * @throws TollgateError `misassembled` when something before has consumed the body.
 */
export async function feed(
  req: IncomingMessage,
  outbound: Outbound,
  maxBodyBytes: number,
  held?: Buffer,
): Promise<void> {
  if (held) return endWith(held, outbound)
  if (!req.readableEnded) return void req.pipe(outbound)
  if (!hasBody(req)) return void outbound.end()
  const { body } = req as { body?: unknown }
  const kept = Buffer.isBuffer(body) || typeof body === 'string' || isJsonType(req.headers['content-type'])
  if (!kept)
    throw misassembled('provider-proxy passes bodies on as they come. Mount it before what parses them.')
  endWith(Buffer.isBuffer(body) ? body : await readBody(req, maxBodyBytes), outbound)
}

/** A whole body, as its headers describe it. */
function endWith(bytes: Buffer, outbound: Outbound): void {
  delete outbound.headers['transfer-encoding']
  delete outbound.headers['content-encoding']
  outbound.headers['content-length'] = String(bytes.length)
  outbound.end(bytes)
}
