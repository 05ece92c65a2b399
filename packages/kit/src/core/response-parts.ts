import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http'

export function wholeOf(parts: readonly Buffer[]): Buffer {
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
}

export function toBuffer(chunk: unknown, encoding: unknown): Buffer {
  if (typeof chunk === 'string')
    return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk as Uint8Array)
}

/** The length that the head of an answer says, when it says one. */
export function declaredBytes(res: ServerResponse): number | undefined {
  const length = res.getHeader('content-length')
  return length === undefined ? undefined : Number(length)
}

export function setHeaders(
  res: ServerResponse,
  headers: OutgoingHttpHeaders | OutgoingHttpHeader[] | undefined,
): void {
  if (Array.isArray(headers)) {
    for (let index = 0; index < headers.length; index += 2) res.removeHeader(String(headers[index]))
    for (let index = 0; index + 1 < headers.length; index += 2) {
      res.appendHeader(String(headers[index]), headers[index + 1] as string | readonly string[])
    }
  } else if (headers) {
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) res.setHeader(name, value)
  }
}
