import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { decodeAll } from './decode.ts'
import { misassembled, TollgateError } from './errors.ts'

/** How large a body may be, on the wire and decoded, in bytes: 32 MiB, room for images in base64. */
export const DEFAULT_MAX_BODY_BYTES: number = 32 * 1024 * 1024

type HostRequest = IncomingMessage & { body?: unknown; _body?: boolean }

/**
 * `text` must be UTF-8, and can be serialized again from what a host has parsed; `binary` can only be the bytes that
 * came.
 */
export type BodyKind = 'text' | 'binary'

/**
 * Read a request's body once, decoded, and leave it in place: the bytes are put back on the stream, so that whoever
 * comes next (a parser, a proxy, a handler that pipes) reads it as if nobody had. A text that the host has parsed
 * already is serialized again from `req.body`.
 *
 * @throws TollgateError `request_too_large`, `unsupported_media_type`, `invalid_request`; `misassembled` when something
 * before has consumed the body and kept nothing.
 */
export async function readBody(
  req: IncomingMessage,
  maxBytes: number,
  kind: BodyKind = 'text',
): Promise<Buffer> {
  const checked = (bytes: Buffer) => checkedAs(kind, bytes, maxBytes)
  const parsed = parsedByHost(req, kind)
  if (parsed) return checked(parsed)
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const wire = await collect(req, maxBytes)
  const encoding = req.headers['content-encoding']?.trim().toLowerCase()
  if (!encoding || encoding === 'identity' || wire.length === 0) return checked(wire)
  const decoded = checked(await decodeAll(wire, encoding, maxBytes))
  putBack(req, decoded)
  return decoded
}

/**
 * Make `bytes` the body that everybody after this stage sees: on the stream, and in `req.body` where the host has parsed
 * it (`parsed` makes the same as an object).
 */
export function replaceBody(req: IncomingMessage, bytes: Buffer, parsed: () => object): void {
  const host = req as HostRequest
  if (Buffer.isBuffer(host.body)) host.body = bytes
  else if (typeof host.body === 'string') host.body = bytes.toString()
  else if (isParsed(host)) host.body = parsed()
  putBack(req, bytes)
}

function parsedByHost(req: HostRequest, kind: BodyKind): Buffer | undefined {
  const { body } = req
  if (Buffer.isBuffer(body)) return body
  if (kind === 'text' && typeof body === 'string') return Buffer.from(body)
  if (kind === 'text' && isParsed(req)) return serialized(body)
  if (req.readableEnded && hasBody(req)) {
    throw misassembled(
      'The request body was consumed before the first stage that needs it, and not kept in req.body. Mount the stages before what reads the body, or express.json() before them.',
    )
  }
  return undefined
}

/** A parser takes more levels than a serializer gives back. */
function serialized(body: unknown): Buffer {
  try {
    return Buffer.from(JSON.stringify(body))
  } catch (cause) {
    throw new TollgateError('invalid_request', { message: 'The body nests too deeply.', cause })
  }
}

/** Express 4 sets `req.body = {}` without having read anything: only a stream that was read counts. */
function isParsed(req: HostRequest): boolean {
  return req.body !== undefined && req.body !== null && (req._body === true || req.readableDidRead)
}

/** Whether a request says that it brings a body. */
export function hasBody(req: IncomingMessage): boolean {
  return Number(req.headers['content-length'] ?? 0) > 0 || req.headers['transfer-encoding'] !== undefined
}

/**
 * All bytes of a stream, which are then put back on it. They go back in the very turn in which the last of them was read:
 * a stream emits `end` a moment later, and only if it is empty.
 */
function collect(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const stop = () => {
      req.off('readable', onReadable)
      req.off('close', onClose)
      req.off('error', onClose)
    }
    const onClose = () => {
      stop()
      reject(
        new TollgateError('invalid_request', { message: 'The request body ended before it was complete.' }),
      )
    }
    const onReadable = () => {
      for (let chunk = req.read() as Buffer | null; chunk !== null; chunk = req.read() as Buffer | null) {
        chunks.push(chunk)
        size += chunk.length
      }
      if (size > maxBytes) {
        stop()
        reject(tooLarge(maxBytes))
      } else if (req.complete) {
        stop()
        const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
        if (size > 0) req.unshift(bytes)
        resolve(bytes)
      }
    }
    req.on('readable', onReadable)
    req.on('close', onClose)
    req.on('error', onClose)
    // What arrived before anybody listened is announced by no further event: it has to be read at once.
    if (req.readableLength > 0 || req.complete) onReadable()
  })
}

function putBack(req: IncomingMessage, bytes: Buffer): void {
  if (!req.readableEnded && !req.destroyed) {
    while (req.read() !== null);
    req.unshift(bytes)
  }
  delete req.headers['content-encoding']
  delete req.headers['transfer-encoding']
  req.headers['content-length'] = String(bytes.length)
}

/** Invalid UTF-8 is decoded differently by different parsers; what we checked must be what the provider reads. */
function checkedAs(kind: BodyKind, bytes: Buffer, maxBytes: number): Buffer {
  if (bytes.length > maxBytes) throw tooLarge(maxBytes)
  if (kind === 'text' && !isUtf8(bytes))
    throw new TollgateError('invalid_request', { message: 'The body is not valid UTF-8.' })
  return bytes
}

/** A body that is larger than it may be. */
export function tooLarge(maxBytes: number): TollgateError {
  return new TollgateError('request_too_large', {
    message: `The request body is larger than ${maxBytes} bytes, compressed or not. Send a smaller one.`,
    // The rest of it is not read: a connection that still carries it cannot be used again.
    headers: { connection: 'close' },
  })
}
